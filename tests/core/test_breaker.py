import pytest

from app.core.breaker import Breaker
from app.core.exceptions import Unavailable


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def breaker(clock):
    return Breaker(clock)


def fail(breaker, times):
    for _ in range(times):
        breaker.fail()


def lets_through(breaker):
    try:
        breaker.enter()
    except Unavailable:
        return False
    return True


def test_two_failures_leave_it_closed(breaker):
    fail(breaker, 2)
    assert lets_through(breaker)
    assert not breaker.is_open


def test_three_in_a_row_open_it_for_five_seconds(breaker, clock):
    fail(breaker, 3)
    assert not lets_through(breaker)
    clock.now = 4.9
    assert not lets_through(breaker)
    clock.now = 5.0
    assert lets_through(breaker)


def test_an_answer_between_them_counts_them_anew(breaker):
    fail(breaker, 2)
    breaker.succeed()
    fail(breaker, 2)
    assert lets_through(breaker)


def test_one_trial_is_let_through_at_a_time(breaker, clock):
    fail(breaker, 3)
    clock.now = 6
    assert lets_through(breaker)
    assert not lets_through(breaker)
    breaker.succeed()
    assert lets_through(breaker)


def test_trial_that_never_comes_back_makes_room_for_another(breaker, clock):
    fail(breaker, 3)
    clock.now = 6
    assert lets_through(breaker)
    clock.now = 17
    assert lets_through(breaker)


def test_pause_doubles_up_to_a_minute(breaker, clock):
    fail(breaker, 3)
    pauses = []
    for _ in range(6):
        start = clock.now
        while not lets_through(breaker):
            clock.now += 1
        pauses.append(clock.now - start)
        breaker.fail()
    assert pauses == [5, 10, 20, 40, 60, 60]


def test_those_who_had_entered_before_make_no_longer_pause(breaker, clock):
    fail(breaker, 20)
    clock.now = 5
    assert lets_through(breaker)


def test_hint_when_to_ask_again_is_small(breaker):
    fail(breaker, 3)
    with pytest.raises(Unavailable) as caught:
        breaker.enter()
    assert caught.value.retry_after == 5
