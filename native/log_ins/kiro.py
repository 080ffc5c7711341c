"""Kiro: a device's code of AWS Builder ID, or a browser's log-in by Google or GitHub that comes back by hand.

Law: how to go on stands in the state while it waits (`device_code|…`, `auth_url|…`); the state is all that the client
is told at once.
"""

import asyncio
import re
from urllib.parse import quote_plus

from native.credentials.files import claims
from native.credentials.writing import compact
from native.log_ins.asking import Answer, UnreadableError, challenge, rfc3339
from native.log_ins.journey import Journey, Json, LogIn, LogInError, NotBegunError, Wording, telling
from native.wire.loose import get, text

OIDC = "https://oidc.us-east-1.amazonaws.com"
SOCIAL = "https://prod.us-east-1.auth.desktop.kiro.dev"
REDIRECT = "kiro://kiro.kiroAgent/authenticate-success"
START = "https://view.awsapps.com/start"
SCOPES = [f"codewhisperer:{n}" for n in ("completions", "analysis", "conversations", "transformations", "taskassist")]
GRANT = "urn:ietf:params:oauth:grant-type:device_code"
VERSION = "0.8.206"
PORT = 9876
INTERVAL_SECONDS = 5
WORDING = Wording("Authentication failed", "No authorization code received", "OAuth flow timed out")
METHODS = {"": "aws", "aws": "aws", "builder-id": "aws", "google": "Google", "github": "Github"}
SDK = (
    ("X-Amz-User-Agent", "aws-sdk-js/3.737.0 KiroIDE"),
    (
        "User-Agent",
        "aws-sdk-js/3.737.0 ua/2.1 os/linux#6.11.0 lang/js md/nodejs#20.17.0 api/sso-oidc#3.737.0 m/E KiroIDE",
    ),
    ("Amz-Sdk-Request", "attempt=1; max=4"),
)
_UNFIT = re.compile(r'%(?:2[fFeE]|5[cC]|00)|[%/\\:*?"<>| \0]')
_LEADING_DOT = re.compile(r"(^|_)\.")


def _method(journey: Journey) -> str:
    found = METHODS.get(journey.wanted("method").lower())
    if found is None:
        raise NotBegunError(400, "invalid method, use 'aws', 'google', or 'github'")
    return found


async def begin(journey: Journey) -> Json:
    """Which way it goes."""
    journey.state = journey.stamped("kiro")
    return {"method": "device_code" if _method(journey) == "aws" else "social"}


async def finish(journey: Journey) -> None:
    """One way or the other."""
    method = _method(journey)
    await (_by_device(journey) if method == "aws" else _by_browser(journey, method))


# ---- AWS Builder ID ------------------------------------------------------------------------------------------------


async def _ask(journey: Journey, path: str, tree: Json) -> Answer:
    return await journey.asking.post(f"{OIDC}{path}", tree, *SDK, ("Amz-Sdk-Invocation-Id", journey.uuid()))


async def _by_device(journey: Journey) -> None:
    with telling("Failed to register client"):
        grants = [GRANT, "refresh_token"]
        asked: Json = {"clientName": "Kiro IDE", "clientType": "public", "scopes": SCOPES, "grantTypes": grants}
        client = _fine(await _ask(journey, "/client/register", asked)).tree(clientId=str, clientSecret=str)
    own = {"clientId": client["clientId"], "clientSecret": client["clientSecret"]}
    with telling("Failed to start device authorization"):
        device = _fine(await _ask(journey, "/device_authorization", own | {"startUrl": START})).tree(
            deviceCode=str, userCode=str, verificationUriComplete=str, expiresIn=int, interval=int
        )
    journey.say(f"device_code|{device['verificationUriComplete']}|{device['userCode']}")
    said = await _polled(journey, device, own | {"deviceCode": device["deviceCode"], "grantType": GRANT})
    email = email_in(said["accessToken"])
    tree = _tree(journey, said, said["expiresIn"], email) | {
        "auth_method": "builder-id",
        "provider": "AWS",
        "client_id": own["clientId"],
        "client_secret": own["clientSecret"],
    }
    journey.keep(f"kiro-aws-{_part(journey, email)}.json", compact(tree))


def _fine(answer: Answer) -> Answer:
    if answer.status != 200:
        raise UnreadableError(f"status {answer.status}")
    return answer


async def _polled(journey: Journey, device: Json, asked: Json) -> Json:
    interval = float(device["interval"] if device["interval"] > 0 else INTERVAL_SECONDS)
    until = journey.now + device["expiresIn"]
    while journey.now < until:
        await asyncio.sleep(interval)
        with telling("Token creation failed"):
            answer = await _ask(journey, "/token", asked)
            if answer.status == 200:
                return answer.tree(accessToken=str, refreshToken=str, expiresIn=int)
            error = answer.tree(error=str)["error"] if answer.status == 400 else ""
        if error not in {"authorization_pending", "slow_down"}:
            raise LogInError("Token creation failed")
        interval += 5.0 if error == "slow_down" else 0.0
    raise LogInError("Authorization timed out")


# ---- Google and GitHub ---------------------------------------------------------------------------------------------


async def _by_browser(journey: Journey, provider: str) -> None:
    secret = journey.draw_secret(32)
    journey.say(
        f"auth_url|{SOCIAL}/login?idp={provider}&redirect_uri={quote_plus(REDIRECT)}"
        f"&code_challenge={challenge(secret)}&code_challenge_method=S256&state={journey.state}&prompt=select_account"
    )
    back = await journey.returned("kiro", WORDING)
    if back is None:
        return
    asked = {"code": back.code, "code_verifier": secret, "redirect_uri": REDIRECT}
    agent = ("User-Agent", f"KiroIDE-{VERSION}-{journey.machine()}")
    headers = (("Accept", "application/json, text/plain, */*"), agent)
    with telling("Failed to exchange code for tokens"):
        answer = _fine(await journey.asking.post(f"{SOCIAL}/oauth/token", asked, *headers))
        said = answer.tree(accessToken=str, refreshToken=str, profileArn=str, expiresIn=int)
    email = email_in(said["accessToken"])
    seconds = said["expiresIn"] if said["expiresIn"] > 0 else 3600
    tree = _tree(journey, said, seconds, email) | {
        "profile_arn": said["profileArn"],
        "auth_method": "social",
        "provider": provider,
    }
    journey.keep(f"kiro-{provider.lower()}-{_part(journey, email)}.json", compact(tree))


# ---- what both keep ------------------------------------------------------------------------------------------------


def _tree(journey: Journey, said: Json, seconds: int, email: str) -> Json:
    return {
        "type": "kiro",
        "access_token": said["accessToken"],
        "refresh_token": said["refreshToken"],
        "expires_at": rfc3339(journey.now + seconds),
        "email": email,
        "last_refresh": rfc3339(journey.now),
        "disabled": False,
    }


def email_in(token: str) -> str:
    """Whose token it is, as far as it says."""
    owner = claims(token)
    email = text(get(owner, "email"))
    names = (text(get(owner, name)) for name in ("preferred_username", "sub"))
    return email or next((name for name in names if "@" in name), "")


def _part(journey: Journey, email: str) -> str:
    """An account's name as a part of a file's; the time's last digits where it has none."""
    return _LEADING_DOT.sub(r"\1_", _UNFIT.sub("_", email)) or str(int(journey.now * 1e9) % 100_000)


LOG_IN = LogIn("kiro", begin, finish, PORT, "/kiro/callback", ends_all=False)
