"""Antigravity: a browser's log-in at Google, and the project that the account has for it."""

import asyncio

from native.credentials.writing import compact
from native.log_ins import google
from native.log_ins.asking import UnreadableError, bearer, rfc3339
from native.log_ins.journey import Journey, Json, LogIn, LogInError, Wording, telling
from native.upstream import UpstreamError
from native.wire.loose import get

PAGE = "https://accounts.google.com/o/oauth2/v2/auth"
CLIENT = "1071006060591-tmhssin2h21lcre235vtolojh4g403ep.apps.googleusercontent.com"
SECRET = "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"  # noqa: S105 - an installed application's, which is public
PORT = 51121
REDIRECT = f"http://localhost:{PORT}/oauth-callback"
SCOPES = [
    *google.SCOPES,
    "https://www.googleapis.com/auth/cclog",
    "https://www.googleapis.com/auth/experimentsandconfigs",
]
IDE = {"ideType": "ANTIGRAVITY", "platform": "PLATFORM_UNSPECIFIED", "pluginType": "GEMINI"}
AGENT = (
    ("User-Agent", "google-api-nodejs-client/9.15.1"),
    ("X-Goog-Api-Client", "google-cloud-sdk vscode_cloudshelleditor/0.1"),
    ("Client-Metadata", '{"ideType":"IDE_UNSPECIFIED","platform":"PLATFORM_UNSPECIFIED","pluginType":"GEMINI"}'),
)
WORDING = Wording("Authentication failed", "Authentication failed: code not found", "OAuth flow timed out")
FAILED, NO_USER = "Failed to exchange token", "Failed to fetch user info"
TRIES = 5


async def begin(journey: Journey) -> Json:
    """Where Google asks its user."""
    journey.state = journey.drawn()
    return {"url": google.page(PAGE, CLIENT, REDIRECT, SCOPES, journey.state)}


async def finish(journey: Journey) -> None:
    """A code for tokens, an account, and its project where it has one."""
    back = await journey.returned("antigravity", WORDING)
    if back is None:
        return
    with telling(FAILED):
        answer = await google.tokens(journey.asking, back.code.strip(), CLIENT, SECRET, REDIRECT)
        if not answer.fine:
            raise LogInError(FAILED)
        said = answer.tree(access_token=str, refresh_token=str, expires_in=int)
    token = said["access_token"].strip()
    if not token:
        raise LogInError(FAILED)
    email = await _email(journey, token)
    try:
        project = await _project(journey, token)
    except (UpstreamError, UnreadableError):
        project = ""  # it is asked for again when the account serves
    now = journey.now
    tree = {
        "type": "antigravity",
        "access_token": said["access_token"],
        "refresh_token": said["refresh_token"],
        "expires_in": said["expires_in"],
        "timestamp": int(now * 1000),
        "expired": rfc3339(now + said["expires_in"]),
        "email": email,
        "disabled": False,
    } | ({"project_id": project} if project else {})
    journey.keep(f"antigravity-{email}.json", compact(tree), "Failed to save token to file")


async def _email(journey: Journey, token: str) -> str:
    with telling(NO_USER):
        answer = await journey.asking.send("GET", google.USER, bearer(token))
        email: str = answer.tree(email=str)["email"].strip() if answer.fine else ""
    if not email:
        raise LogInError(NO_USER)
    return email


async def _project(journey: Journey, token: str) -> str:
    said = (bearer(token), *AGENT)
    answer = await journey.asking.post(f"{google.ASSIST}:loadCodeAssist", {"metadata": IDE}, *said)
    if not answer.fine:
        return ""
    tree = answer.tree()
    if project := google.project_in(tree):
        return project
    asked = {"tierId": google.tier_in(tree), "metadata": IDE}
    for _ in range(TRIES):
        answer = await journey.asking.post(f"{google.ASSIST}:onboardUser", asked, *said)
        if answer.status != 200:
            return ""
        tree = answer.tree()
        if tree.get("done") is True:
            return google.project_in(get(tree, "response"))
        await asyncio.sleep(2)
    return ""


LOG_IN = LogIn("antigravity", begin, finish, PORT, "/antigravity/callback")
