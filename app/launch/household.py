"""Processes that live and end together."""

import ctypes
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

Work = Callable[[], object]

_PAUSE_SECONDS = 0.02
_PR_SET_PDEATHSIG = 1
# The last one comes when a terminal is closed.
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Household:
    """Forked processes: when one of them ends or a signal comes, all end.

    They are forked and not started anew, because importing the application
    takes most of the time of a start. After `patience` seconds they are ended by force.
    Told to stop, they go on for `delay` seconds first, which `announce` is to tell those
    who send them work.
    """

    def __init__(
        self, *, patience: float = 10, delay: float = 0, announce: Work = lambda: None
    ) -> None:
        self._patience = patience
        self._delay = delay
        self._announce = announce
        self._names: dict[int, str] = {}
        self._signal = 0
        self._is_ending = False
        for number in _ENDING:
            # What was started with `nohup` wants to outlive its terminal.
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._note)

    def run(self, name: str, work: Work) -> int:
        """Do work in a process of its own and return its exit status."""
        self.start(name, work)
        return self._wait()

    def start(self, name: str, work: Work) -> None:
        """Start a process that lives as long as the others."""
        self._names[_fork(work)] = name

    def keep(self) -> int:
        """Wait for a signal or for the first to end, end the others, return an exit status."""
        status = self._wait()
        self._end_all()
        return status if self._signal else status or 1

    def _wait(self) -> int:
        """Wait until one has ended; after a signal end them all."""
        while not self._signal:
            ended = self._reap()
            if ended is not None:
                return ended
            time.sleep(_PAUSE_SECONDS)
        self._end_all()
        return 128 + self._signal

    def _reap(self) -> int | None:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return None
        name, code = self._names.pop(pid, "?"), os.waitstatus_to_exitcode(status)
        if code != 0 and not self._is_ending:
            print(f"{name} ended with status {code}", file=sys.stderr)  # noqa: T201 - a command
        return code

    def _end_all(self) -> None:
        if self._signal == signal.SIGTERM and self._delay:
            self._wait_for_others()
        self._is_ending = True
        deadline = time.monotonic() + self._patience
        self._tell(signal.SIGTERM)
        while self._names:
            if time.monotonic() > deadline:
                self._tell(signal.SIGKILL)
            if self._reap() is None:
                time.sleep(_PAUSE_SECONDS)

    def _wait_for_others(self) -> None:
        """Go on for a while, until others have noticed, or until told once more."""
        self._signal = 0
        self._announce()
        deadline = time.monotonic() + self._delay
        while not self._signal and time.monotonic() < deadline:
            time.sleep(_PAUSE_SECONDS)
        self._signal = signal.SIGTERM

    def _tell(self, number: int) -> None:
        for pid in self._names:
            os.kill(pid, number)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self._signal = number


def end_with_parent() -> None:
    """Let the kernel end this process should its parent be killed; Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _fork(work: Work) -> int:
    sys.stdout.flush()
    # A signal between fork and the child's own handlers would be noted by nobody.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    pid = os.fork()
    if pid == 0:
        _live(work, before)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return pid


def _live(work: Work, mask: set[int | signal.Signals]) -> NoReturn:
    """Do the work as a child, then end without what the parent would do at its end."""
    status = 1
    try:
        # Ctrl-C reaches a whole group; these hear of it from their parent, once.
        os.setpgid(0, 0)
        for number in _ENDING:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        end_with_parent()
        work()
        status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - the process ends here, so tell why
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)
