"""`shim drift` from outside: its reports, its exit status, and what it says where it cannot begin."""

import orjson
import pytest
from typer.testing import CliRunner

from shim import corpusfile
from shim.cli import app
from tests.shim.binary.stand_in import a_binary, a_case, an_exchange


def cases(count=3):
    return [a_case(an_exchange(f"text {n}"), name=f"group/case-{n}") for n in range(count)]


@pytest.fixture
def drift(tmp_path):
    """The command on one recorded case and a build with a fault."""

    def run(fault, *words):
        corpusfile.write(tmp_path / "cases.jsonl", cases(1))
        told = ("--legacy-bin", str(a_binary(tmp_path, fault)), "--jobs", "1", "--settle", "0")
        return CliRunner().invoke(app, ["drift", str(tmp_path / "cases.jsonl"), *told, *words])

    return run


def test_the_command_writes_both_reports_and_leaves_the_status(drift, tmp_path):
    report, machine = tmp_path / "drift.md", tmp_path / "drift.json"
    found = drift("headers", "--markdown", str(report), "--json", str(machine))
    assert (found.exit_code, found.stdout) == (1, "")
    assert report.read_text().startswith("# Drift of ")
    assert orjson.loads(machine.read_bytes())["changed"] == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("--legacy-bin", "/none"), "--legacy-bin names the build"), (("--only", "zzz"), "no recorded case was selected")],
)
def test_what_cannot_be_started_says_what_to_do(tmp_path, arguments, said):
    file = tmp_path / "cases.jsonl"
    corpusfile.write(file, cases(1))
    binary = () if "--legacy-bin" in arguments else ("--legacy-bin", str(a_binary(tmp_path)))
    found = CliRunner().invoke(app, ["drift", str(file), *binary, *arguments])
    assert found.exit_code == 2
    assert said in found.stderr


def test_the_same_build_leaves_0_and_the_report_is_printed(drift):
    found = drift("none")
    assert found.exit_code == 0
    assert "1 cases recorded of the legacy, 0 of them otherwise, 0 not played." in found.stdout


def test_a_build_that_cannot_start_leaves_2(drift):
    found = drift("start")
    assert found.exit_code == 2
    assert "this build cannot start" in found.stdout


def test_json_on_standard_output_stands_there_alone(drift):
    assert orjson.loads(drift("body", "--json", "-").stdout)["changed"] == 1
