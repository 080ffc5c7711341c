"""What the judge goes by is read anew when it changes, and what cannot be read leaves what was known."""

import datetime as dt

import orjson

from shim.knowledge import Knowledge, learned_noise

RULE = "- path: exchanges[*].response.status\n  reason: known and harmless\n  author: us\n  expires: 2030-01-01\n"
NOISE = {"endpoint": "POST /v1/messages", "path": "exchanges[*].response.json.id", "template": ["a"]}


def known(tmp_path, today=lambda: dt.date(2026, 1, 1)):
    return Knowledge(tmp_path / "accepted.yaml", (tmp_path / "shipped.json", learned_noise(tmp_path / "r.db")), today)


def test_a_rule_that_comes_and_one_that_goes_are_heeded(tmp_path):
    found = known(tmp_path)
    found.refresh()
    (tmp_path / "accepted.yaml").write_text(RULE)
    assert found.refresh()
    assert len(found.rules.live) == 1
    assert not found.refresh()
    (tmp_path / "accepted.yaml").unlink()
    assert found.refresh()
    assert found.rules.live == ()


def test_noise_of_all_files_holds_together(tmp_path):
    (tmp_path / "shipped.json").write_bytes(orjson.dumps([NOISE]))
    learned_noise(tmp_path / "r.db").write_bytes(orjson.dumps([{**NOISE, "path": "exchanges[*].response.json.at"}]))
    found = known(tmp_path)
    found.refresh()
    assert len(found.book.rules) == 2


def test_a_file_that_cannot_be_used_is_said_and_what_was_known_holds(tmp_path, capsys):
    (tmp_path / "accepted.yaml").write_text(RULE)
    found = known(tmp_path)
    found.refresh()
    (tmp_path / "accepted.yaml").write_text("- path: [\n")
    assert not found.refresh()
    assert "what was known before holds" in capsys.readouterr().err
    assert len(found.rules.live) == 1


def test_a_rule_expires_at_midnight_without_a_change_of_the_file(tmp_path):
    (tmp_path / "accepted.yaml").write_text(RULE)
    day = [dt.date(2030, 1, 1)]
    found = known(tmp_path, lambda: day[0])
    found.refresh()
    assert len(found.rules.live) == 1
    day[0] = dt.date(2030, 1, 2)
    assert found.refresh()
    assert found.rules.live == ()
