"""Claude: a browser's log-in with PKCE."""

from native.credentials.writing import compact
from native.log_ins.asking import ACCEPT, challenge, query, rfc3339
from native.log_ins.journey import Journey, Json, LogIn, LogInError, Wording, telling
from native.wire.loose import get, text

PAGE = "https://claude.ai/oauth/authorize"
TOKENS = "https://api.anthropic.com/v1/oauth/token"
CLIENT = "9d1c250a-e61b-44d9-88ed-5944d1962f5e"
PORT = 54545
REDIRECT = f"http://localhost:{PORT}/callback"
WORDING = Wording("Bad request", "", "Timeout waiting for OAuth callback")
FAILED = "Failed to exchange authorization code for tokens"


async def begin(journey: Journey) -> Json:
    """Where Claude asks its user."""
    journey.state = journey.drawn()
    form = {
        "code": "true",
        "client_id": CLIENT,
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "scope": "org:create_api_key user:profile user:inference",
        "code_challenge": challenge(journey.draw_secret()),
        "code_challenge_method": "S256",
        "state": journey.state,
    }
    return {"url": f"{PAGE}?{query(form)}"}


async def finish(journey: Journey) -> None:
    """A code for tokens."""
    back = await journey.returned("anthropic", WORDING)
    if back is None:
        return
    asked = {
        "code": back.code.split("#")[0],  # Claude may write the state behind it
        "state": journey.state,
        "grant_type": "authorization_code",
        "client_id": CLIENT,
        "redirect_uri": REDIRECT,
        "code_verifier": journey.secret,
    }
    with telling(FAILED):
        answer = await journey.asking.post(TOKENS, asked, ACCEPT)
        if answer.status != 200:
            raise LogInError(FAILED)
        said = answer.tree(access_token=str, refresh_token=str, expires_in=int, account=dict)
    email = text(get(said, "account", "email_address"))
    tree = {
        "id_token": "",
        "access_token": said["access_token"],
        "refresh_token": said["refresh_token"],
        "last_refresh": rfc3339(journey.now),
        "email": email,
        "type": "claude",
        "expired": rfc3339(journey.now + said["expires_in"]),
    }
    journey.keep(f"claude-{email}.json", compact(tree) + b"\n")


LOG_IN = LogIn("anthropic", begin, finish, PORT, "/anthropic/callback")
