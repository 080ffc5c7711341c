"""iFlow: a browser's log-in, or a cookie of a browser that has logged in; either ends with an API key."""

import os
import re
from base64 import b64encode
from pathlib import Path

import orjson

from native.credentials.writing import compact
from native.log_ins.asking import ACCEPT, Asking, UnreadableError, query, rfc3339
from native.log_ins.journey import Journey, Json, LogIn, LogInError, NotBegunError, Wording, telling
from native.upstream import UpstreamError
from native.wire.loose import get, parse, text

PAGE = "https://iflow.cn/oauth"
TOKENS = "https://iflow.cn/oauth/token"
USER = "https://iflow.cn/api/oauth/getUserInfo"
KEYS = "https://platform.iflow.cn/api/openapi/apikey"
CLIENT = "10009311001"
PORT = 11451
REDIRECT = f"http://localhost:{PORT}/oauth2callback"
FAILED = "Authentication failed"
WORDING = Wording(FAILED, FAILED, FAILED)
ENGINE = "AppleWebKit/537.36 (KHTML, like Gecko)"
BROWSER = (
    ("Accept", "application/json, text/plain, */*"),
    ("User-Agent", f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {ENGINE} Chrome/91.0.4472.124 Safari/537.36"),
    ("Accept-Language", "zh-CN,zh;q=0.9,en;q=0.8"),
    ("Accept-Encoding", "gzip, deflate, br"),
)
FETCH = (("Sec-Fetch-Dest", "empty"), ("Sec-Fetch-Mode", "cors"), ("Sec-Fetch-Site", "same-origin"))
_UNFIT = re.compile(r"[^A-Za-z0-9_@.-]")
_COOKIE = "BXAuth="


def _secret() -> str:
    # An installed application's, which is public.
    return os.environ.get("IFLOW_CLIENT_SECRET") or "4Z3YjXycVsQvyGF1etiNlIBB4RsqSDtW"


async def begin(journey: Journey) -> Json:
    """Where iFlow asks its user."""
    journey.state = journey.stamped("ifl")
    form = {
        "loginMethod": "phone",
        "type": "phone",
        "redirect": REDIRECT,
        "state": journey.state,
        "client_id": CLIENT,
    }
    return {"url": f"{PAGE}?{query(form)}"}


async def finish(journey: Journey) -> None:
    """A code for tokens and a key."""
    back = await journey.returned("iflow", WORDING)
    if back is None:
        return
    form = {
        "grant_type": "authorization_code",
        "code": back.code.strip(),
        "redirect_uri": REDIRECT,
        "client_id": CLIENT,
        "client_secret": _secret(),
    }
    basic = b64encode(f"{CLIENT}:{_secret()}".encode()).decode()
    with telling(FAILED):
        answer = await journey.asking.form(TOKENS, form, ACCEPT, ("Authorization", f"Basic {basic}"))
        if answer.status != 200:
            raise LogInError(FAILED)
        said = answer.tree(access_token=str, refresh_token=str, expires_in=int, token_type=str, scope=str)
        user = await _user(journey.asking, said["access_token"])
    email = text(get(user, "email")).strip() or text(get(user, "phone")).strip()
    key = text(get(user, "apiKey"))
    if not email or not key.strip():
        raise LogInError(FAILED)
    kept = {name: said[name] for name in ("access_token", "refresh_token", "token_type", "scope")}
    tree = _tree(journey.now, key, email, rfc3339(journey.now + said["expires_in"]), **kept)
    journey.keep(f"iflow-{email}.json", compact(tree) + b"\n")


async def _user(asking: Asking, token: str) -> Json:
    if not token.strip():
        raise UnreadableError("no access token")
    answer = await asking.send("GET", f"{USER}?{query({'accessToken': token})}", ACCEPT)
    said = answer.tree(success=bool, data=dict)
    if answer.status != 200 or not said["success"]:
        raise UnreadableError("no account")
    found: Json = said["data"]
    return found


def _tree(now: float, key: str, email: str, expired: str, **more: str) -> Json:
    names = ("access_token", "refresh_token", "token_type", "scope", "cookie")
    return {
        **{name: more.get(name, "") for name in names},
        "last_refresh": rfc3339(now),
        "expired": expired,
        "api_key": key,
        "email": email,
        "type": "iflow",
    }


# ---- by cookie -----------------------------------------------------------------------------------------------------


def _refused(error: str, status: int = 400, **more: str) -> NotBegunError:
    return NotBegunError(status, error, status="error", **more)


def token_in(cookie: str) -> str:
    """The part of a cookie that matters, empty where there is none."""
    parts = (part.strip() for part in cookie.split(";"))
    return next((part.removeprefix(_COOKIE) for part in parts if part.startswith(_COOKIE)), "")


def _holder(folder: Path, token: str) -> str:
    """The file that has this cookie already, empty for none."""
    for path in sorted(folder.glob("iflow-*.json")) if token and folder.is_dir() else ():
        try:
            found = get(parse(path.read_bytes()), "cookie")
        except OSError:
            continue
        if isinstance(found, str) and token_in(found) == token:
            return path.name
    return ""


async def by_cookie(journey: Journey, given: str) -> Json:
    """Log in with a browser's cookie; what the client is told. Raises `NotBegunError`."""
    if not given.strip():
        raise _refused("cookie is required")
    cookie = " ".join(given.split()).removesuffix(";")
    if _COOKIE not in cookie:
        raise _refused("cookie missing BXAuth field")
    if held := _holder(journey.folder, token_in(cookie)):
        raise _refused("duplicate BXAuth found", 409, existing_file=held)
    name = await _key(journey.asking, cookie, "")
    fresh = await _key(journey.asking, cookie, text(name.get("name")))
    email = text(fresh.get("name")).strip()
    if not email:
        raise _refused("failed to extract email from token")
    expired = text(fresh.get("expireTime"))
    kept = f"{_COOKIE}{token_in(cookie)};" if token_in(cookie) else ""
    tree = _tree(journey.now, text(fresh.get("apiKey")), email, expired, cookie=kept)
    part = _UNFIT.sub("", email.replace("*", "x")).strip()
    # Whoever's name leaves nothing to call a file by gets the time twice, as in the legacy.
    name_part = f"iflow-{part}" if part else f"iflow-{int(journey.now * 1000)}"
    try:
        path = journey.keep(f"{name_part}-{int(journey.now)}.json", compact(tree) + b"\n")
    except LogInError as error:
        raise _refused("failed to save authentication tokens", 500) from error
    return {"status": "ok", "saved_path": str(path), "email": email, "expired": expired, "type": "iflow"}


async def _key(asking: Asking, cookie: str, name: str) -> Json:
    """What iFlow says of a key: the account's, or a fresh one of that name. Raises `NotBegunError`."""
    verb = "POST" if name else "GET"
    where = "iflow cookie refresh" if name else "iflow cookie"
    doing = "refresh API key" if name else "fetch initial API key info"
    failed = f"iflow cookie authentication: {doing} failed: {where}: "
    try:
        if name:
            more = (("Content-Type", "application/json"), ("Origin", "https://platform.iflow.cn"))
            headers = (("Cookie", cookie), *more, ("Referer", "https://platform.iflow.cn/"), *BROWSER)
            answer = await asking.send("POST", KEYS, *headers, body=orjson.dumps({"name": name}))
        else:
            answer = await asking.send("GET", KEYS, ("Cookie", cookie), *BROWSER, *FETCH)
        if answer.status != 200:
            raise _refused(f"{failed}{verb} request failed with status {answer.status}: {answer.text}")
        said = answer.tree(success=bool, message=str, data=dict)
    except UpstreamError as error:
        raise _refused(f"{failed}{verb} request failed: {error}") from error
    except UnreadableError as error:
        raise _refused(f"{failed}decode {verb} response failed: {error}") from error
    if not said["success"]:
        raise _refused(f"{failed}{verb} request not successful: {said['message']}")
    found: Json = said["data"]
    if not name and not text(found.get("name")).strip():
        raise _refused("iflow cookie authentication: refresh API key failed: iflow cookie refresh: name is empty")
    return found


LOG_IN = LogIn("iflow", begin, finish, PORT, "/iflow/callback")
