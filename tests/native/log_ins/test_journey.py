import pytest

from native.log_ins.journey import LogInError, beginning, telling
from native.upstream import UpstreamError


async def test_a_file_goes_nowhere_but_into_the_folder(office):
    log_ins, _, folder = office([])
    journey = log_ins.journey({})
    assert journey.keep("claude-a.json", b'{"type":"claude"}') == folder / "claude-a.json"
    assert (folder / "claude-a.json").stat().st_mode & 0o777 == 0o600
    for name in ("../x.json", "a/b.json", "x" * 300, "a\0.json"):
        with pytest.raises(LogInError, match="Failed to save"):
            journey.keep(name, b"{}")
    assert [p.name for p in folder.iterdir()] == ["claude-a.json"]


async def test_nobody_waits_for_a_log_in_that_another_one_ended(office):
    journey = office([])[0].journey({})
    journey.state = "gone"
    assert await journey.returned("codex", None) is None


def test_who_does_not_answer_is_told_in_the_words_of_the_step():
    with pytest.raises(LogInError, match="no tokens"), telling("no tokens"):
        raise UpstreamError("EOF")
    with pytest.raises(Exception, match="no page") as refused, beginning("no page"):
        raise UpstreamError("EOF")
    assert refused.value.status == 500
