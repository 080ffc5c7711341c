from native.thinking.capability import UNKNOWN, Support, ThinkingError


def test_a_support_knows_its_levels_whatever_their_case_and_blanks():
    assert Support(levels=(" High ", "low")).knows("hIGH")
    assert not Support(levels=("low",)).knows("lo")


def test_a_support_takes_budgets_where_it_has_bounds():
    assert Support(most=5).budgets
    assert not Support(levels=("low",)).budgets


def test_a_model_that_nobody_described_is_the_users_own():
    assert UNKNOWN.users_own


def test_a_refusal_is_a_client_error_with_its_text():
    error = ThinkingError("no")
    assert (error.status, error.message, str(error)) == (400, "no", "no")
