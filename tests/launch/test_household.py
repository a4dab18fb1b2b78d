import os
import signal
import sys
import time

import pytest

from app.launch.household import Household


@pytest.fixture(autouse=True)
def _own_signals():
    """Give the signals back to pytest afterwards."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_work_that_is_done_gives_nothing_to_complain():
    assert Household().run("work", lambda: None) == 0


def test_exit_status_is_handed_on():
    assert Household().run("work", lambda: sys.exit(3)) == 3


def test_message_of_an_exit_is_a_failure():
    assert Household().run("work", lambda: sys.exit("no")) == 1


def test_error_in_the_work_is_a_failure(capfd):
    assert Household().run("work", lambda: 1 / 0) == 1
    told = capfd.readouterr().err
    assert "ZeroDivisionError" in told
    assert "work ended with status 1" in told


def test_end_of_one_ends_the_others():
    house = Household()
    house.start("patient", signal.pause)
    house.start("hasty", lambda: None)
    assert house.keep() == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signal_ends_all(number):
    house = Household()
    house.start("one", signal.pause)
    house.start("two", signal.pause)
    os.kill(os.getpid(), number)
    assert house.keep() == 128 + number


def test_who_was_told_to_outlive_the_terminal_does():
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    house = Household()
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    ignored = lambda: sys.exit(int(signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN))  # noqa: E731
    assert house.run("work", ignored) == 0


def test_signal_ends_a_work_that_is_waited_for():
    house = Household()
    os.kill(os.getpid(), signal.SIGINT)
    assert house.run("work", signal.pause) == 128 + signal.SIGINT


def test_who_does_not_listen_is_ended_by_force():
    house = Household(patience=0.3)

    def stubborn() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            time.sleep(1)

    house.start("stubborn", stubborn)
    house.start("hasty", lambda: time.sleep(0.2))
    assert house.keep() == 1


def test_whoever_sends_requests_is_told_before_the_end():
    read, write = os.pipe()

    def announce() -> None:
        os.write(write, b"told")
        # Told once more, it waits no longer.
        os.kill(os.getpid(), signal.SIGTERM)

    house = Household(delay=60, announce=announce)
    house.start("patient", signal.pause)
    os.kill(os.getpid(), signal.SIGTERM)
    assert house.keep() == 128 + signal.SIGTERM
    assert os.read(read, 4) == b"told"


def test_who_presses_ctrl_c_waits_for_nobody():
    house = Household(delay=60, announce=lambda: pytest.fail("nobody needs to know"))
    house.start("patient", signal.pause)
    os.kill(os.getpid(), signal.SIGINT)
    assert house.keep() == 128 + signal.SIGINT
