import pytest

from shim import cassette, corpusfile, har
from shim.archive import Form, form_of, read_cases, write_cases
from shim.exchange import Case, Exchange, Interaction, Request, Response, Run

CALL = Interaction(Request("POST", "https://x.example.test/", (), b"{}"), Response(200, (), (b"ok",)))


def a_case(name):
    exchange = Exchange(Request("POST", "/v1/messages"), Response(200, (), (b"ok",)), (CALL,))
    return Case("core", name, {"port": 0}, {}, (Run((exchange,)), Run((exchange,))))


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.jsonl", Form.CORPUS),
        ("a.b.jsonl.gz", Form.CORPUS),
        ("a.yml", Form.CASSETTE),
        ("a.har", Form.HAR),
        ("a", Form.CORPUS),
    ],
)
def test_a_name_tells_the_format(tmp_path, name, form):
    assert form_of(tmp_path / name) is form


def test_a_name_that_tells_none_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"a\.txt: its name tells no format"):
        form_of(tmp_path / "a.txt")


def test_cases_are_read_as_they_were_written(tmp_path):
    cases = [a_case("chat/a"), a_case("chat/b")]
    assert write_cases(tmp_path / "x.jsonl.gz", cases, Form.CORPUS) == 2
    assert list(read_cases([tmp_path / "x.jsonl.gz"])) == [(Form.CORPUS, case) for case in cases]


def test_a_folder_gets_a_file_for_each_group(tmp_path):
    cases = [a_case("chat/a"), a_case("chat/b"), a_case("POST /v1/x/c")]
    assert write_cases(tmp_path / "out", cases, Form.CORPUS) == 3
    assert {file.name for file in (tmp_path / "out").iterdir()} == {"core-chat.jsonl.gz", "core-POST-v1-x.jsonl.gz"}
    assert [len(list(corpusfile.read(file))) for file in sorted((tmp_path / "out").iterdir())] == [1, 2]


def test_a_folder_of_cassettes_has_one_for_each_case(tmp_path):
    write_cases(tmp_path / "out", [a_case("chat/a"), a_case("chat/b")], Form.CASSETTE)
    files = sorted((tmp_path / "out").iterdir())
    assert [file.name for file in files] == ["core-chat-a.yaml", "core-chat-b.yaml"]
    assert list(cassette.read(files[0])) == [CALL]


def test_a_folder_is_read_whatever_is_in_it(tmp_path):
    write_cases(tmp_path / "a.jsonl", [a_case("chat/a")], Form.CORPUS)
    write_cases(tmp_path / "b.yaml", [a_case("chat/a")], Form.CASSETTE)
    write_cases(tmp_path / "c.har", [a_case("chat/a")], Form.HAR)
    (tmp_path / "notes.txt").write_text("nothing")
    found = dict(read_cases([tmp_path]))
    assert found[Form.CASSETTE].runs[0].startup_upstream == (CALL,)
    assert found[Form.HAR].runs[0].exchanges == a_case("chat/a").runs[0].exchanges
    assert len(list(har.read(tmp_path / "c.har"))) == 1
    assert found[Form.CORPUS] == a_case("chat/a")
