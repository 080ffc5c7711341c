"""Recorded cases as tests: `pytest -p shim.pytest_plugin recordings/golden`.

Every corpus file that pytest is pointed at is collected, each case a test named as in reports. A case that is not clean
fails with its differences; one that could not be judged fails too, with the reason.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shim import corpusfile
from shim.exchange import Case
from shim.judge.accepted import Rules
from shim.judge.judge import judge
from shim.judge.verdict import Verdict

ACCEPTED = Path("recordings/accepted.yaml")


class NotAsTheLegacyError(Exception):
    """A case's verdict, where it is not clean."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(str(verdict.reason or verdict.level))
        self.verdict = verdict


class RecordedCase(pytest.Item):
    """One recorded case."""

    def __init__(self, *, case: Case, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.case = case

    def runtest(self) -> None:
        """Judge it."""
        verdict = judge(self.case, Rules.read(self.config.rootpath / ACCEPTED))
        if not verdict.clean:
            raise NotAsTheLegacyError(verdict)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any, **kwargs: Any) -> Any:
        """The differences, one a line."""
        if not isinstance(excinfo.value, NotAsTheLegacyError):
            return super().repr_failure(excinfo, *args, **kwargs)
        verdict = excinfo.value.verdict
        lines = [f"{self.case.full_name}: {verdict.reason or verdict.level} {verdict.detail}"]
        lines += [
            f"  {d.path}: {d.kind}\n    legacy: {d.legacy!r}\n    native: {d.native!r}" for d in verdict.differences
        ]
        return "\n".join(lines)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where it comes from, and its name."""
        return self.path, None, self.case.full_name


class CorpusFile(pytest.File):
    """A corpus file."""

    def collect(self) -> Iterator[RecordedCase]:
        """Its cases."""
        for case in corpusfile.read(self.path):
            yield RecordedCase.from_parent(self, name=case.full_name, case=case)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> CorpusFile | None:
    """Take corpus files."""
    if file_path.name.endswith(corpusfile.SUFFIXES):
        found: CorpusFile = CorpusFile.from_parent(parent, path=file_path)
        return found
    return None
