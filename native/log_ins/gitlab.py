"""GitLab Duo: a browser's log-in at any GitLab, with an application of the owner's, or a personal access token.

The application is named in the query (`client_id`, `client_secret`, `base_url`) or the environment
(`GITLAB_OAUTH_CLIENT_ID`, `GITLAB_OAUTH_CLIENT_SECRET`, `GITLAB_BASE_URL`).
"""

import os
import re
from collections.abc import Mapping

from native.credentials.writing import compact
from native.log_ins.asking import ACCEPT, Answer, Asking, UnreadableError, bearer, challenge, query, rfc3339
from native.log_ins.journey import Journey, Json, LogIn, LogInError, NotBegunError, Wording, telling
from native.upstream import UpstreamError
from native.wire.loose import get

HOME = "https://gitlab.com"
PORT = 17171
REDIRECT = f"http://localhost:{PORT}/auth/callback"
WORDING = Wording("", "Authorization code missing", "Timeout waiting for OAuth callback")
NO_TOKEN = "Failed to exchange authorization code for tokens"  # noqa: S105 - a message
NO_USER, NO_ACCESS = "Failed to fetch account profile", "Failed to fetch GitLab Duo access"
REFRESH_SECONDS = 240
LEAST_REFRESH_SECONDS = 60
_UNFIT = re.compile(r"[^a-z0-9_.-]+")


def _from(environment: Mapping[str, str], name: str) -> str:
    return environment.get(name, "").strip()


def base(address: str) -> str:
    """A GitLab's address, GitLab's own where none is given."""
    address = address.strip() or _from(os.environ, "GITLAB_BASE_URL") or HOME
    return (address if "://" in address else f"https://{address}").rstrip("/")


def _application(journey: Journey) -> tuple[str, str]:
    client = journey.wanted("client_id") or _from(os.environ, "GITLAB_OAUTH_CLIENT_ID")
    secret = journey.wanted("client_secret") or _from(os.environ, "GITLAB_OAUTH_CLIENT_SECRET")
    if not client:
        raise NotBegunError(400, "gitlab client_id is required")
    return client, secret


async def begin(journey: Journey) -> Json:
    """Where that GitLab asks its user."""
    client, _ = _application(journey)
    journey.state = journey.drawn()
    form = {
        "client_id": client,
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "scope": "api read_user",
        "state": journey.state,
        "code_challenge": challenge(journey.draw_secret(32)),
        "code_challenge_method": "S256",
    }
    return {"url": f"{base(journey.wanted('base_url'))}/oauth/authorize?{query(form)}"}


async def finish(journey: Journey) -> None:
    """A code for tokens, an account, and its way to Duo."""
    back = await journey.returned("gitlab", WORDING)
    if back is None:
        return
    client, secret = _application(journey)
    home = base(journey.wanted("base_url"))
    form = {
        "grant_type": "authorization_code",
        "client_id": client,
        "code": back.code.strip(),
        "redirect_uri": REDIRECT,
        "code_verifier": journey.secret,
    } | ({"client_secret": secret} if secret else {})
    with telling(NO_TOKEN):
        answer = await journey.asking.form(f"{home}/oauth/token", form, ACCEPT)
        if not answer.fine:
            raise LogInError(NO_TOKEN)
        said = answer.tree(
            access_token=str, refresh_token=str, token_type=str, scope=str, created_at=int, expires_in=int
        )
    token = said["access_token"]
    with telling(NO_USER):
        user = await _user(journey.asking, home, token)
    with telling(NO_ACCESS):
        direct = await _direct(journey.asking, home, token)
    tree = _tree(journey.now, home, "oauth", direct)
    tree["access_token"] = token.strip()
    tree |= {name: said[name].strip() for name in ("refresh_token", "token_type", "scope") if said[name].strip()}
    if said["expires_in"] > 0:
        begun = said["created_at"] if said["created_at"] > 0 else journey.now
        tree["oauth_expires_at"] = rfc3339(begun + said["expires_in"])
    tree |= {"auth_kind": "oauth", "oauth_client_id": client, **_owner(user)}
    journey.keep(f"gitlab-{file_part(identifier(user))}.json", compact(tree))


async def by_token(journey: Journey, address: str, token: str) -> Json:
    """Log in with a personal access token; what the client is told. Raises `NotBegunError`."""
    home = base(address)
    try:
        user = await _user(journey.asking, home, token)
        own = await _own(journey.asking, home, token)
        direct = await _direct(journey.asking, home, token)
    except (UpstreamError, UnreadableError) as error:
        raise NotBegunError(400, str(error), status="error") from error
    tree = _tree(journey.now, home, "pat", direct) | {
        "auth_kind": "personal_access_token",
        "personal_access_token": token,
        "token_preview": token if len(token) <= 8 else f"{token[:4]}...{token[-4:]}",
        **_owner(user),
    }
    if own["name"].strip():
        tree["pat_name"] = own["name"].strip()
    if own["scopes"]:
        tree["pat_scopes"] = own["scopes"]
    try:
        path = journey.keep(f"gitlab-{file_part(identifier(user))}-pat.json", compact(tree))
    except LogInError as error:
        raise NotBegunError(500, "failed to save authentication tokens", status="error") from error
    told = {
        "status": "ok",
        "saved_path": str(path),
        "username": user["username"].strip(),
        "email": _email(user),
        "token_label": identifier(user),
    }
    return told | {name: tree[name] for name in ("model_provider", "model_name") if name in tree}


# ---- what GitLab is asked ------------------------------------------------------------------------------------------


def _fine(answer: Answer, what: str) -> Answer:
    if not answer.fine:
        raise UnreadableError(f"{what} request failed with status {answer.status}: {answer.text}")
    return answer


async def _user(asking: Asking, home: str, token: str) -> Json:
    answer = await asking.send("GET", f"{home}/api/v4/user", bearer(token.strip()), ACCEPT)
    said = _fine(answer, "gitlab user")
    return said.tree(username=str, name=str, email=str, public_email=str)


async def _own(asking: Asking, home: str, token: str) -> Json:
    answer = await asking.send("GET", f"{home}/api/v4/personal_access_tokens/self", bearer(token.strip()), ACCEPT)
    return _fine(answer, "gitlab PAT self").tree(name=str, scopes=list)


async def _direct(asking: Asking, home: str, token: str) -> Json:
    url = f"{home}/api/v4/code_suggestions/direct_access"
    answer = await asking.send("POST", url, bearer(token.strip()), ACCEPT)
    said = _fine(answer, "gitlab direct access")
    return said.tree(base_url=str, token=str, expires_at=int, headers=dict, model_details=dict)


# ---- what is kept of it --------------------------------------------------------------------------------------------


def _email(user: Json) -> str:
    return str(user["email"].strip() or user["public_email"].strip())


def _owner(user: Json) -> Json:
    email = _email(user)
    named = {"username": user["username"].strip(), "name": user["name"].strip()}
    return named | ({"email": email} if email else {})


def identifier(user: Json) -> str:
    """What an account is called: the first of its names that says something."""
    names = (user["username"].strip(), _email(user), user["name"].strip())
    return next(filter(None, names), "user")


def file_part(name: str) -> str:
    """An account's name as a part of a file's."""
    return _UNFIT.sub("-", name.strip().lower()).strip("-") or "user"


def _tree(now: float, home: str, method: str, direct: Json) -> Json:
    tree: Json = {
        "type": "gitlab",
        "auth_method": method,
        "base_url": home,
        "last_refresh": rfc3339(now),
        "refresh_interval_seconds": REFRESH_SECONDS,
        "disabled": False,
    }
    if direct["base_url"].strip():
        tree["duo_gateway_base_url"] = direct["base_url"].strip()
    if direct["token"].strip():
        tree["duo_gateway_token"] = direct["token"].strip()
    if direct["expires_at"] > 0:
        tree["duo_gateway_expires_at"] = rfc3339(direct["expires_at"])
        if (left := direct["expires_at"] - now) > 0:
            half = int(left) // 2
            tree["refresh_interval_seconds"] = min(REFRESH_SECONDS, max(LEAST_REFRESH_SECONDS, half))
    pairs = ((k.strip(), v.strip()) for k, v in direct["headers"].items() if isinstance(v, str))
    if headers := {k: v for k, v in pairs if k and v}:
        tree["duo_gateway_headers"] = headers
    named = {name: get(direct, "model_details", name) for name in ("model_provider", "model_name")}
    models = {name: value.strip() for name, value in named.items() if isinstance(value, str) and value.strip()}
    if direct["model_details"]:
        tree |= models | {"model_details": models}
    return tree


LOG_IN = LogIn("gitlab", begin, finish, PORT, "/gitlab/callback")
