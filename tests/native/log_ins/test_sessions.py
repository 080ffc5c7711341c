from native.log_ins.sessions import LIFE_SECONDS, Returned, Sessions


def sessions(clock):
    found = Sessions(clock.now)
    found.open("s", "codex")
    return found


def test_a_code_is_taken_once(a):
    held = sessions(a.StandingClock())
    assert held.bring("codex", "s", Returned("c"))
    assert (held.take("s"), held.take("s")) == (Returned("c"), None)


def test_a_code_is_taken_only_for_the_provider_it_was_begun_with_and_while_it_waits(a):
    held = sessions(a.StandingClock())
    assert not held.bring("claude", "s", Returned("c"))
    assert not held.bring("codex", "t", Returned("c"))
    held.say("s", "denied")
    assert not held.bring("codex", "s", Returned("c"))


def test_kiro_waits_while_it_says_how_to_go_on(a):
    held = Sessions(a.StandingClock().now)
    held.open("k", "kiro")
    held.say("k", "auth_url|https://x")
    assert held.waits("k", "kiro")
    held.say("k", "no")
    assert not held.waits("k", "kiro")


def test_a_state_is_forgotten_in_time(a):
    clock = a.StandingClock()
    held = sessions(clock)
    clock.time += LIFE_SECONDS + 1
    assert held.get("s") is None
    held.say("s", "late")
    assert held.get("s") is None


def test_one_success_ends_every_log_in_of_the_provider(a):
    held = sessions(a.StandingClock())
    held.open("t", "codex")
    held.open("u", "claude")
    held.complete_all("codex")
    assert [held.get(state) is None for state in "stu"] == [True, True, False]
