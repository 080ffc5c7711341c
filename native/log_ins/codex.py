"""Codex: a browser's log-in with PKCE; the account's plan is part of the file's name."""

import re
from hashlib import sha256

from native.credentials.files import claims
from native.credentials.writing import compact
from native.log_ins.asking import ACCEPT, challenge, query, rfc3339
from native.log_ins.journey import Journey, Json, LogIn, LogInError, Wording, telling
from native.wire.loose import get, text

PAGE = "https://auth.openai.com/oauth/authorize"
TOKENS = "https://auth.openai.com/oauth/token"
CLIENT = "app_EMoamEEZ73f0CkXaXp7hrann"
PORT = 1455
REDIRECT = f"http://localhost:{PORT}/auth/callback"
WORDING = Wording("Bad Request", "", "Timeout waiting for OAuth callback")
FAILED = "Failed to exchange authorization code for tokens"
_BETWEEN = re.compile(r"[\W_]+")


async def begin(journey: Journey) -> Json:
    """Where OpenAI asks its user."""
    journey.state = journey.drawn()
    form = {
        "client_id": CLIENT,
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "scope": "openid email profile offline_access",
        "state": journey.state,
        "code_challenge": challenge(journey.draw_secret()),
        "code_challenge_method": "S256",
        "prompt": "login",
        "id_token_add_organizations": "true",
        "codex_cli_simplified_flow": "true",
    }
    return {"url": f"{PAGE}?{query(form)}"}


async def finish(journey: Journey) -> None:
    """A code for tokens."""
    back = await journey.returned("codex", WORDING)
    if back is None:
        return
    form = {
        "grant_type": "authorization_code",
        "client_id": CLIENT,
        "code": back.code,
        "redirect_uri": REDIRECT,
        "code_verifier": journey.secret,
    }
    with telling(FAILED):
        answer = await journey.asking.form(TOKENS, form, ACCEPT)
        if answer.status != 200:
            raise LogInError(FAILED)
        said = answer.tree(access_token=str, refresh_token=str, id_token=str, expires_in=int)
    owner = claims(said["id_token"])
    email = text(get(owner, "email"))
    account = text(get(owner, "https://api.openai.com/auth", "chatgpt_account_id"))
    plan = text(get(owner, "https://api.openai.com/auth", "chatgpt_plan_type"))
    tree = {
        "id_token": said["id_token"],
        "access_token": said["access_token"],
        "refresh_token": said["refresh_token"],
        "account_id": account,
        "last_refresh": rfc3339(journey.now),
        "email": email,
        "type": "codex",
        "expired": rfc3339(journey.now + said["expires_in"]),
    }
    journey.keep(file_name(email, plan, account), compact(tree) + b"\n")


def file_name(email: str, plan: str, account: str) -> str:
    """The file of an account; a team's members have theirs apart from their own."""
    words = "-".join(word.lower() for word in _BETWEEN.split(plan) if word)
    if not words:
        return f"codex-{email.strip()}.json"
    if words == "team":
        short = sha256(account.encode()).hexdigest()[:8] if account else ""
        return f"codex-{short}-{email.strip()}-{words}.json"
    return f"codex-{email.strip()}-{words}.json"


LOG_IN = LogIn("codex", begin, finish, PORT, "/codex/callback")
