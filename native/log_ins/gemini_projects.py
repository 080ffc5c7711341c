"""The projects of a Google account, for Gemini CLI: which there are, taking one up, switching its API on.

Law: a project that its owner named is kept, but for those that Google itself maps to another (free accounts').
"""

import asyncio
import platform
import sys
from typing import Any

from native.log_ins.asking import JSON, Answer, Asking, UnreadableError, bearer
from native.log_ins.google import ASSIST, project_in, tier_in
from native.upstream import UpstreamError
from native.wire.loose import MISSING, get, parse, text

type Json = dict[str, Any]

LIST = "https://cloudresourcemanager.googleapis.com/v1/projects"
SERVICES = "https://serviceusage.googleapis.com/v1/projects"
SERVICE = "cloudaicompanion.googleapis.com"
IDE = {"ideType": "IDE_UNSPECIFIED", "platform": "PLATFORM_UNSPECIFIED", "pluginType": "GEMINI"}
NO_PROJECTS = "no Google Cloud projects available for this account"
CHOOSE = "gemini cli: project selection required"
PATIENCE_SECONDS = 30.0
_MACHINES = {"x86_64": "x64", "AMD64": "x64", "aarch64": "arm64", "i386": "x86", "i686": "x86"}
AGENT = f"GeminiCLI/0.31.0/unknown ({sys.platform}; {_MACHINES.get(platform.machine(), platform.machine())})"


class ProjectsError(Exception):
    """What went wrong with an account's projects, for its owner."""


class Projects:
    """An account's projects."""

    def __init__(self, asking: Asking, token: str) -> None:
        self._asking = asking
        self._token = bearer(token)

    async def _ask(self, method: str, url: str, *headers: tuple[str, str], body: Json | None = None) -> Answer:
        said = (*headers, self._token)
        if body is None:
            return await self._asking.send(method, url, *said)
        return await self._asking.post(url, body, *said[1:] if said[0] == JSON else said)

    async def _assist(self, method: str, body: Json, doing: str) -> Json:
        try:
            answer = await self._ask("POST", f"{ASSIST}:{method}", ("User-Agent", AGENT), body=body)
        except UpstreamError as error:
            raise ProjectsError(f"{doing}: execute request: {error}") from error
        if not answer.fine:
            raise ProjectsError(f"{doing}: api request failed with status {answer.status}: {answer.text}")
        try:
            return answer.tree()
        except UnreadableError as error:
            raise ProjectsError(f"{doing}: decode response body: {error}") from error

    async def listed(self) -> list[str]:
        """Their names, each once, at least one. Raises `ProjectsError`."""
        doing = "fetch project list"
        try:
            answer = await self._ask("GET", LIST)
        except UpstreamError as error:
            raise ProjectsError(f"{doing}: failed to execute project list request: {error}") from error
        if not answer.fine:
            raise ProjectsError(f"{doing}: project list request failed with status {answer.status}: {answer.text}")
        try:
            found = answer.tree(projects=list)["projects"]
        except UnreadableError as error:
            raise ProjectsError(f"{doing}: failed to unmarshal project list: {error}") from error
        names = [text(get(one, "projectId")).strip() for one in found]
        if not any(names):
            raise ProjectsError(NO_PROJECTS if not names else "resolved project id is empty")
        return list(dict.fromkeys(filter(None, names)))

    async def begun(self, wanted: str) -> str:
        """Take a project up, the account's own where none is wanted; its name. Raises `ProjectsError`."""
        asked: Json = {"metadata": IDE, **({"cloudaicompanionProject": wanted} if wanted else {})}
        found = await self._assist("loadCodeAssist", asked, "load code assist")
        tier = tier_in(found)
        project = wanted or project_in(found) or await self._discovered(tier)
        onboarding = {"tierId": tier, "metadata": IDE, "cloudaicompanionProject": project}
        while True:
            said = await self._assist("onboardUser", onboarding, "onboard user")
            if said.get("done") is True:
                break
            await asyncio.sleep(5)
        given = project_in(get(said, "response"))
        if not given:
            return project
        if wanted and given.lower() != project.lower():
            free = project.startswith("gen-lang-client-") or tier.upper() in {"FREE", "LEGACY"}
            return given if free else project
        return given

    async def _discovered(self, tier: str) -> str:
        """The project that Google makes for an account that has none."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    asked = {"tierId": tier, "metadata": IDE}
                    said = await self._assist("onboardUser", asked, "auto-discovery onboardUser")
                    if said.get("done") is True:
                        break
                    await asyncio.sleep(2)
        except TimeoutError as error:
            raise ProjectsError(CHOOSE) from error
        project = project_in(get(said, "response"))
        if not project:
            raise ProjectsError(CHOOSE)
        return project

    async def verify(self, project: str) -> None:
        """See that a project has the API switched on, or switch it on. Raises `ProjectsError`."""
        service = f"{SERVICES}/{project}/services/{SERVICE}"
        agent = ("User-Agent", AGENT)
        try:
            answer = await self._ask("GET", service, JSON, agent)
            if answer.status == 200 and text(get(parse(answer.body), "state")) == "ENABLED":
                return
            answer = await self._ask("POST", f"{service}:enable", agent, body={})
        except UpstreamError as error:
            raise ProjectsError(f"failed to execute request: {error}") from error
        why = get(parse(answer.body), "error", "message")
        said = answer.body.decode("utf-8", "replace") if why is MISSING else text(why)
        if answer.status in {200, 201} or (answer.status == 400 and "already enabled" in said.lower()):
            return
        raise ProjectsError(f"project activation required: {said}")
