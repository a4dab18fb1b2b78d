from datetime import UTC, datetime, timedelta

import pytest

from app.accounts import delays
from app.accounts.delays import FORGOTTEN_AFTER, Rule, count, forget, forgive, place
from app.accounts.exceptions import MustWait
from app.core.database import transaction

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
RULE = Rule("test", free=2, first=10, longest=60)


def attempt(*who):
    with transaction():
        count(RULE, *who)


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 0), (2, 0), (3, 10), (4, 20), (5, 40), (6, 60), (10_000, 60)]
)
def test_a_delay_grows_to_its_longest(attempts, seconds):
    assert RULE.wait(attempts) == timedelta(seconds=seconds)


def test_one_waits_from_the_first_attempt_that_is_not_free(app, now):
    now(NOON)
    for _ in range(3):
        attempt("grace")
    with pytest.raises(MustWait) as refusal:
        attempt("grace")
    assert refusal.value.retry_after == 11
    assert "11 seconds" in str(refusal.value)


def test_others_need_not_wait(app, now):
    now(NOON)
    for _ in range(3):
        attempt("grace")
    attempt("ada")
    attempt("grace", "elsewhere")


def test_waiting_does_not_make_it_longer(app, now):
    now(NOON)
    for _ in range(3):
        attempt("grace")
    for _ in range(5):
        with pytest.raises(MustWait):
            attempt("grace")
    now(NOON + timedelta(seconds=10))
    attempt("grace")


def test_attempts_are_forgotten_after_a_while(app, now):
    now(NOON)
    for _ in range(3):
        attempt("grace")
    now(NOON + FORGOTTEN_AFTER + timedelta(seconds=1))
    for _ in range(3):
        attempt("grace")


def test_an_attempt_is_forgiven(app, now):
    now(NOON)
    for _ in range(20):
        attempt("grace")
        with transaction():
            forgive(RULE, "grace")


def test_forgiving_what_never_was_is_nothing(app):
    with transaction():
        forgive(RULE, "grace")
        forget(RULE, "grace")


def test_two_first_attempts_at_once_are_both_counted(app, monkeypatch, now):
    now(NOON)
    attempt("grace")
    first = delays._find
    # The row comes to be between looking and adding.
    monkeypatch.setattr(delays, "_find", lambda key: None)
    attempt("grace")
    monkeypatch.setattr(delays, "_find", first)
    attempt("grace")
    with pytest.raises(MustWait):
        attempt("grace")


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_a_household_is_one_place(address, found):
    assert place(address) == found


def test_nobody_waits_for_years_because_a_clock_was_wrong(app, now):
    now(NOON + timedelta(days=3_650))
    for _ in range(3):
        attempt("grace")
    now(NOON)
    attempt("grace")
    with pytest.raises(MustWait) as refusal:
        attempt("grace")
    assert refusal.value.retry_after <= RULE.longest
