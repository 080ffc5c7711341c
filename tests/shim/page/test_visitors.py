from shim.page.visitors import FORGIVEN_AFTER, FREE_TRIES, IDLE, LONGEST, LONGEST_WAIT, MOST, Tries, Visitors


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def test_a_cookie_without_its_token_is_nobody():
    visitors = Visitors(Clock())
    cookie, visitor = visitors.begin()
    _, other = visitors.begin()
    assert visitors.find(cookie) is visitor
    assert visitor.is_told_by(visitor.token)
    assert not visitor.is_told_by(other.token)
    assert not visitor.is_told_by("")
    assert visitors.find("made up") is None


def test_a_session_ends_when_nobody_asks_and_after_a_week_whatever_is_asked():
    clock = Clock()
    visitors = Visitors(clock)
    cookie, _ = visitors.begin()
    clock.now += IDLE - 1
    assert visitors.find(cookie)
    clock.now += IDLE + 1
    assert visitors.find(cookie) is None
    cookie, _ = visitors.begin()
    for _ in range(int(LONGEST // IDLE) + 1):
        clock.now += IDLE - 1
        visitors.find(cookie)
    clock.now += IDLE - 1
    assert visitors.find(cookie) is None


def test_there_are_never_more_sessions_than_a_bound_and_the_quietest_gives_way():
    clock = Clock()
    visitors = Visitors(clock)
    first, _ = visitors.begin()
    second, _ = visitors.begin()
    for _ in range(MOST - 2):
        visitors.begin()
    assert visitors.find(first)
    visitors.begin()
    assert len(visitors) == MOST
    assert visitors.find(first)
    assert visitors.find(second) is None


def test_whoever_logs_out_is_gone():
    visitors = Visitors(Clock())
    cookie, _ = visitors.begin()
    visitors.end(cookie)
    visitors.end("made up")
    assert visitors.find(cookie) is None


def test_wrong_keys_cost_longer_and_longer_and_are_forgiven():
    clock = Clock()
    tries = Tries(clock)
    for _ in range(FREE_TRIES - 1):
        tries.wrong()
        assert tries.wait() == 0
    waits = []
    for _ in range(12):
        tries.wrong()
        waits.append(tries.wait())
    assert waits == sorted(waits)
    assert waits[0] > 0
    assert waits[-1] == LONGEST_WAIT
    clock.now += waits[-1]
    assert tries.wait() == 0
    tries.wrong()
    clock.now += FORGIVEN_AFTER + 1
    assert tries.wait() == 0
    tries.wrong()
    assert tries.wait() == 0


def test_the_right_key_clears_the_account():
    tries = Tries(Clock())
    for _ in range(FREE_TRIES + 3):
        tries.wrong()
    tries.right()
    assert tries.wait() == 0
