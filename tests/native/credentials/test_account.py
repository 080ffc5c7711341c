import pytest

from native.credentials.account import account_of, index_of, source_of
from native.credentials.credential import Credential


def a_credential(provider="claude", **more):
    return Credential("id", provider, **more)


def test_a_credential_points_the_same_way_after_a_restart():
    one = a_credential(api_key="k", base_url="https://a.test")
    assert index_of(one) == index_of(a_credential(api_key="k", base_url="https://a.test"))
    assert index_of(one) != index_of(a_credential(api_key="l", base_url="https://a.test"))


def test_a_file_is_known_by_its_name_whatever_it_holds():
    one, other = (a_credential(api_key=key, attributes={"path": f"/{key}"}) for key in "ab")
    assert index_of(one) == index_of(other)


@pytest.mark.parametrize(
    ("provider", "said", "key", "account"),
    [
        ("claude", {"email": " a@b.test "}, "k", ("oauth", "a@b.test")),
        ("gemini-cli", {"email": "a@b.test", "project_id": "p"}, "", ("oauth", "a@b.test (p)")),
        ("github-copilot", {"username": "u"}, "", ("oauth", "u")),
        ("gitlab", {"auth_method": "PAT", "email": "a@b.test"}, "", ("personal_access_token", "a@b.test")),
        ("gitlab", {"auth_method": "oauth", "name": "n"}, "", ("oauth", "n")),
        ("claude", {"email": 3}, "k", ("api_key", "k")),
        ("claude", {}, "", ("", "")),
    ],
)
def test_an_account_is_named_by_what_its_log_in_says(provider, said, key, account):
    assert account_of(a_credential(provider, metadata=said, api_key=key)) == account


@pytest.mark.parametrize(
    ("provider", "said", "key", "source"),
    [
        ("vertex", {"project_id": " p ", "email": "a@b.test"}, "", "p"),
        ("vertex", {"project": "q"}, "", "q"),
        ("gemini-cli", {"email": "a@b.test"}, "", "id"),
        ("claude", {"email": "a@b.test"}, "k", "a@b.test"),
        ("claude", {}, "k", "k"),
        ("claude", {}, "", "client"),
    ],
)
def test_usage_is_put_down_to_the_project_the_account_or_the_key(provider, said, key, source):
    assert source_of(a_credential(provider, metadata=said, api_key=key), "client") == source
