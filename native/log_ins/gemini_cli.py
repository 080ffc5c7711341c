"""Gemini CLI: a browser's log-in at Google, then a project to work for.

The owner may name a project (`project_id`), ask for every one (`ALL`) or for the one that Google One comes with
(`GOOGLE_ONE`); who names none gets the account's first.
"""

from datetime import UTC, datetime

from native.credentials.writing import indented
from native.log_ins import google
from native.log_ins.asking import JSON, bearer
from native.log_ins.gemini_projects import Projects, ProjectsError
from native.log_ins.journey import Journey, Json, LogIn, LogInError, Wording, telling
from native.wire.loose import get, integer, text

PAGE = "https://accounts.google.com/o/oauth2/auth"
CLIENT = "681255809395-oo8ft2oprdrnp9e3aqf6av3hmdib135j.apps.googleusercontent.com"
SECRET = "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"  # noqa: S105 - an installed application's, which is public
PORT = 8085
REDIRECT = f"http://localhost:{PORT}/oauth2callback"
WORDING = Wording("Authentication failed", "Authentication failed: code not found", "OAuth flow timed out")
FAILED = "Failed to exchange token"
NOT_VERIFIED = "Failed to verify Cloud AI API status: "
NEVER = "0001-01-01T00:00:00Z"


async def begin(journey: Journey) -> Json:
    """Where Google asks its user."""
    journey.state = journey.stamped("gem")
    return {"url": google.page(PAGE, CLIENT, REDIRECT, google.SCOPES, journey.state)}


async def finish(journey: Journey) -> None:
    """A code for tokens, an account and its projects."""
    back = await journey.returned("gemini", WORDING)
    if back is None:
        return
    token = await _token(journey, back.code)
    email = await _email(journey, token["access_token"])
    projects = Projects(journey.asking, token["access_token"])
    project, auto = await _project(journey, projects)
    tree = {
        "token": token,
        "project_id": project,
        "email": email,
        "auto": auto,
        "checked": True,
        "type": "gemini",
    }
    name = "all" if project.lower() == "all" or "," in project else project
    journey.keep(f"gemini-{email.strip()}-{name}.json", indented(tree), "Failed to save token to file")


async def _token(journey: Journey, code: str) -> Json:
    with telling(FAILED):
        answer = await google.tokens(journey.asking, code, CLIENT, SECRET, REDIRECT)
        if not answer.fine:
            raise LogInError(FAILED)
        said = answer.tree(access_token=str, refresh_token=str, token_type=str)
    if not said["access_token"]:
        raise LogInError(FAILED)
    seconds = integer(said.get("expires_in"))
    expiry = NEVER
    if seconds:
        expiry = datetime.fromtimestamp(journey.now + seconds, UTC).isoformat().replace("+00:00", "Z")
    given = {name: said[name] for name in ("token_type", "refresh_token") if said[name]}
    return {
        "access_token": said["access_token"],
        **given,
        "expiry": expiry,
        **({"expires_in": seconds} if seconds else {}),
        "token_uri": google.TOKENS,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "scopes": google.SCOPES,
        "universe_domain": "googleapis.com",
    }


async def _email(journey: Journey, token: str) -> str:
    with telling("Failed to execute request"):
        answer = await journey.asking.send("GET", google.USER, JSON, bearer(token))
    if not answer.fine:
        raise LogInError(f"Get user info request failed with status {answer.status}")
    with telling("Failed to execute request"):
        try:
            return text(get(answer.json(), "email"))
        except ValueError:
            return ""


async def _project(journey: Journey, projects: Projects) -> tuple[str, bool]:
    """The project, or all of them with commas between; and whether the account chose it."""
    wanted = journey.wanted("project_id")
    try:
        if wanted.upper() == "ALL":
            return await _every(projects), False
        if wanted.upper() == "GOOGLE_ONE":
            return await _google_one(projects), False
    except ProjectsError as error:
        raise LogInError(str(error)) from error
    try:
        chosen = wanted or (await projects.listed())[0]
        project = await projects.begun(chosen) or chosen
    except ProjectsError as error:
        raise LogInError(f"Failed to complete Gemini CLI onboarding: {error}") from error
    await _verified(projects, project)
    return project, not wanted


async def _every(projects: Projects) -> str:
    found = []
    try:
        for one in await projects.listed():
            try:
                found.append(await projects.begun(one) or one)
            except ProjectsError as error:
                raise ProjectsError(f"onboard project {one}: {error}") from error
    except ProjectsError as error:
        raise ProjectsError(f"Failed to complete Gemini CLI onboarding: {error}") from error
    for project in found:
        try:
            await projects.verify(project)
        except ProjectsError as error:
            raise ProjectsError(f"{NOT_VERIFIED}project {project}: {error}") from error
    return ",".join(found)


async def _google_one(projects: Projects) -> str:
    try:
        project = await projects.begun("")
    except ProjectsError as error:
        raise ProjectsError(f"Google One auto-discovery failed: {error}") from error
    if not project:
        raise ProjectsError("Google One auto-discovery returned empty project ID")
    await _verified(projects, project)
    return project


async def _verified(projects: Projects, project: str) -> None:
    try:
        await projects.verify(project)
    except ProjectsError as error:
        raise LogInError(f"{NOT_VERIFIED}{error}") from error


LOG_IN = LogIn("gemini", begin, finish, PORT, "/google/callback")
