import sys
from dataclasses import replace
from pathlib import Path

from shim.run.companions import Context, companions
from shim.run.settings import FrontSettings
from shim.run.wishes import Wishes

FRONT = FrontSettings(front=3, legacy="127.0.0.1:18317", database="/data/recordings.db")


def _of(binary=None, **wishes) -> list[tuple[str, ...]]:
    wished = Wishes(legacy="", legacy_bin=binary, config=None, data_dir=Path("/data"), **wishes)
    return [tuple(one.arguments) for one in companions(Context(wished, FRONT, {"HOME": "/home"}))]


def test_the_judge_follows_the_recording_in_a_process_of_its_own():
    assert (sys.executable, "-m", "shim.shadow", "/data/recordings.db") in _of(judge=True)


def test_without_the_judge_nobody_judges():
    assert not any("shim.shadow" in one for one in _of(judge=False))


def test_the_page_shows_the_recording_in_a_process_of_its_own():
    assert (sys.executable, "-m", "shim.page", "/data/recordings.db") in _of(page=True)
    assert not any("shim.page" in one for one in _of(page=False))


def test_the_reverse_judge_plays_to_the_supervised_build_or_to_one_kept_for_it():
    ours, other = Path("/bin/legacy"), Path("/bin/second")
    assert "/bin/legacy" in next(one for one in _of(reverse=True, binary=ours) if "shim.reverse" in one)
    assert "/bin/second" in next(
        one for one in _of(reverse=True, binary=ours, second_bin=other) if "shim.reverse" in one
    )
    assert "/bin/second" in next(one for one in _of(reverse=True, second_bin=other) if "shim.reverse" in one)


def test_without_a_binary_nobody_is_asked_the_other_way_round():
    assert not any("shim.reverse" in one for one in _of(reverse=True))
    assert not any("shim.reverse" in one for one in _of(reverse=False, binary=Path("/bin/legacy")))


def test_the_guard_watches_and_is_told_in_private_where_to_tell():
    wished = Wishes("", None, None, Path("/data"), guard=True, gates=Path("/g.yaml"), webhook="http://hook/secret")
    (guard,) = companions(Context(wished, FRONT, {}))
    assert tuple(guard.arguments[2:]) == ("shim.gates.guard", "/data/recordings.db", "--gates", "/g.yaml")
    assert guard.environment == {"SHIM_WEBHOOK": "http://hook/secret"}
    assert guard.niceness == 0


def test_endpoints_climb_by_themselves_only_where_that_is_wished():
    assert any("shim.gates.ascent" in one for one in _of(guard=True, auto_promote=True))
    assert not any("shim.gates.ascent" in one for one in _of(guard=True))


def test_lines_of_json_are_written_by_a_process_of_its_own_where_they_are_asked_for():
    told = [one for one in _of(log_format="json") if "shim.loglines" in one]
    assert [one[:4] for one in told] == [(sys.executable, "-m", "shim.loglines", "/data/recordings.db")]
    assert not any("shim.loglines" in one for one in _of())


def test_the_page_goes_by_the_gates_that_the_run_was_told_of():
    (page,) = (one for one in _of(page=True, gates=Path("/g.yaml")) if "shim.page" in one)
    assert page[-2:] == ("--gates", "/g.yaml")


def test_the_page_is_told_where_native_is_to_tell_its_metrics():
    wished = Wishes("", None, None, Path("/data"), page=True)
    (page,) = companions(Context(wished, replace(FRONT, native=18319), {}))
    assert tuple(page.arguments[-2:]) == ("--native", "18319")
    assert not any("--native" in one for one in _of(page=True))
