import json
from base64 import urlsafe_b64encode

import pytest

from native.config import parse
from native.credentials.files import log_ins


@pytest.fixture
def folder(tmp_path):
    def write(**files):
        for name, tree in files.items():
            (tmp_path / f"{name}.json").write_text(tree if isinstance(tree, str) else json.dumps(tree))
        return tmp_path

    return write


def read(folder, tree=None):
    return list(log_ins(folder, parse(tree or {}), 5.0))


def test_a_log_in_is_what_its_file_says(folder):
    tree = {
        "type": "Claude",
        "email": "a@b.c",
        "prefix": "/team/",
        "proxy_url": " direct ",
        "priority": "7",
        "note": " n ",
    }
    (found,) = read(folder(a=tree))
    assert (found.id, found.provider, found.label, found.prefix) == ("a.json", "claude", "a@b.c", "team")
    assert (found.proxy_url, found.priority, found.attributes["note"]) == ("direct", 7, "n")
    assert (found.kind, found.metadata, found.created_at) == ("oauth", tree, 5.0)


@pytest.mark.parametrize("text", ["{", "[]", "7"])
def test_what_is_no_log_in_is_left_out(folder, text):
    assert read(folder(a=text)) == []


@pytest.mark.parametrize("text", ["{}", '{"type": 7}', '{"type": ""}'])
def test_a_log_in_that_does_not_say_whose_it_is_is_kept_in_sight(folder, text):
    (found,) = read(folder(a=text))
    assert (found.provider, found.label) == ("unknown", "")


def test_a_files_ending_may_be_in_capitals(tmp_path):
    (tmp_path / "A.JSON").write_text('{"type": "codex"}')
    assert [(found.id, found.label) for found in read(tmp_path)] == [("A.JSON", "codex")]


def test_without_a_folder_there_is_nobody(tmp_path):
    assert read(tmp_path / "none") == []


@pytest.mark.parametrize(("said", "priority"), [(3, 3), (2.9, 2), ("x", 0), ("1.5", 0), (True, 0), (None, 0)])
def test_a_priority_is_a_number(folder, said, priority):
    assert read(folder(a={"type": "claude", "priority": said}))[0].priority == priority


def test_models_are_excluded_by_the_account_and_by_the_configuration(folder):
    found = read(
        folder(a={"type": "claude", "excluded_models": [" X ", "", 1]}), {"oauth-excluded-models": {"claude": ["y"]}}
    )
    assert found[0].excluded == ["x", "y"]


@pytest.mark.parametrize(("claims", "plan"), [({"chatgpt_plan_type": "free"}, "free"), ({}, None), ("odd", None)])
def test_a_codex_accounts_plan_stands_in_its_token(folder, claims, plan):
    body = urlsafe_b64encode(json.dumps({"https://api.openai.com/auth": claims}).encode()).decode().rstrip("=")
    (found,) = read(folder(a={"type": "codex", "id_token": f"h.{body}.s"}))
    assert found.attributes.get("plan_type") == plan


@pytest.mark.parametrize("token", ["", "a.b", "a.!!!.c", "a.eA.c"])
def test_a_token_that_is_none_says_no_plan(folder, token):
    assert "plan_type" not in read(folder(a={"type": "codex", "id_token": token}))[0].attributes


def test_an_account_with_several_projects_is_a_credential_each(folder):
    account, one, other = read(folder(a={"type": "gemini", "email": "e", "project_id": "p 1, q,q", "request_retry": 2}))
    assert (account.disabled, account.attributes["gemini_virtual_primary"]) == (True, "true")
    assert [(c.id, c.label, c.parent, c.disabled) for c in (one, other)] == [
        ("a.json::p_1", "e [p 1]", "a.json", False),
        ("a.json::q", "e [q]", "a.json", False),
    ]
    assert (one.provider, one.metadata["project_id"], one.metadata["request_retry"]) == ("gemini-cli", "p 1", 2)


def test_one_project_is_one_credential(folder):
    (found,) = read(folder(a={"type": "gemini", "project_id": "p"}))
    assert not found.disabled
