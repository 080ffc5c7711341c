import pytest

from native.log_ins.google import LEGACY_TIER, page, project_in, tier_in


@pytest.mark.parametrize(
    ("said", "project"),
    [
        ({"cloudaicompanionProject": " p "}, "p"),
        ({"cloudaicompanionProject": {"id": "p"}}, "p"),
        ({"cloudaicompanionProject": {"id": 7}}, ""),
        ({"cloudaicompanionProject": ["p"]}, ""),
        ({}, ""),
        (7, ""),
    ],
)
def test_a_project_is_a_text_or_an_object_with_an_id(said, project):
    assert project_in(said) == project


def test_the_default_tier_is_the_one_an_account_begins_with():
    tiers = [{"id": "a"}, {"id": " ", "isDefault": True}, {"id": "b", "isDefault": True}, 7]
    assert tier_in({"allowedTiers": tiers}) == "b"
    assert tier_in({"allowedTiers": 7}) == tier_in({}) == LEGACY_TIER


def test_the_page_asks_for_a_token_that_lasts():
    assert "access_type=offline" in page("https://x", "c", "http://localhost", ["a", "b"], "s")
    assert "scope=a+b" in page("https://x", "c", "http://localhost", ["a", "b"], "s")
