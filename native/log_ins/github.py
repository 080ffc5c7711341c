"""GitHub Copilot: a device's code."""

from contextlib import suppress

from native.credentials.writing import compact
from native.log_ins.asking import ACCEPT, Answer, UnreadableError, bearer
from native.log_ins.devices import GRANT, polled
from native.log_ins.journey import Journey, Json, LogIn, beginning
from native.upstream import UpstreamError

DEVICES = "https://github.com/login/device/code"
TOKENS = "https://github.com/login/oauth/access_token"
USER = "https://api.github.com/user"
CLIENT = "Iv1.b507a08c87ecfe98"
SLOWER_SECONDS = 5.0
NOBODY = "github-user"


async def begin(journey: Journey) -> Json:
    """Where GitHub asks its user."""
    journey.state = journey.stamped("gh")
    with beginning("failed to initiate device flow"):
        answer = await journey.asking.form(DEVICES, {"client_id": CLIENT, "scope": "read:user user:email"}, ACCEPT)
        said = answer.tree(device_code=str, user_code=str, verification_uri=str, interval=int, expires_in=int)
        if not answer.fine:
            raise UnreadableError("no device code")
    journey.device = said
    url = said["verification_uri"]
    return {"url": url, "user_code": said["user_code"], "verification_uri": url}


async def finish(journey: Journey) -> None:
    """A code that was typed for a token."""
    form = {"client_id": CLIENT, "device_code": journey.device["device_code"], "grant_type": GRANT}

    async def ask() -> Answer:
        return await journey.asking.form(TOKENS, form, ACCEPT)

    said = await polled(journey, journey.device, ask, SLOWER_SECONDS)
    user = {"login": "", "email": "", "name": ""}
    with suppress(UpstreamError, UnreadableError):
        agent = ("User-Agent", "CLIProxyAPI")
        answer = await journey.asking.send("GET", USER, bearer(said["access_token"]), ACCEPT, agent)
        found = answer.tree(login=str, email=str, name=str)
        if answer.fine and found["login"]:
            user = {name: found[name] for name in user}
    login = user["login"] or NOBODY
    tree = {
        "access_token": said["access_token"],
        "token_type": said["token_type"],
        "scope": said["scope"],
        "username": login,
        **{name: user[name] for name in ("email", "name") if user[name]},
        "type": "github-copilot",
    }
    journey.keep(f"github-copilot-{login}.json", compact(tree, ordered=False) + b"\n")


LOG_IN = LogIn("github-copilot", begin, finish)
