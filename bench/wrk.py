"""The load generator: how wrk is called and what its report says."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

CONNECTIONS = 16
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}
_RATE = re.compile(r"^Requests/sec:\s+([\d.]+)", re.MULTILINE)
_ERRORS = re.compile(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)")
_STATUSES = re.compile(r"Non-2xx or 3xx responses: (\d+)")
HOW_TO_GET = "wrk is missing: install it with `apt-get install wrk` or `brew install wrk`."


@dataclass(frozen=True)
class Report:
    """What wrk measured; latencies are milliseconds."""

    rate: float
    p50: float | None
    p99: float | None
    refused: int
    socket_errors: int

    @property
    def fault(self) -> str | None:
        """Return why the figures are worth nothing, or None."""
        if self.refused:
            return f"invalid: {self.refused} answers were neither 2xx nor 3xx"
        if self.socket_errors:
            return f"invalid: {self.socket_errors} socket errors"
        return None if self.rate else "invalid: no answer in time"


def is_there() -> bool:
    """Tell whether wrk can be run."""
    return shutil.which("wrk") is not None


def drive(url: str, headers: Mapping[str, str], *, seconds: int) -> Report:
    """Ask for one address over and over and return what wrk reports."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "--timeout", "10s"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    done = subprocess.run(
        [*command, url], capture_output=True, text=True, check=True, timeout=seconds + 60
    )
    return parse(done.stdout)


def parse(text: str) -> Report:
    """Return the figures in a report that wrk printed with --latency."""
    rate, errors, statuses = _RATE.search(text), _ERRORS.search(text), _STATUSES.search(text)
    if rate is None:
        raise ValueError(f"this is no report of wrk: {text[:200]!r}")
    return Report(
        rate=float(rate[1]),
        p50=_latency(text, 50),
        p99=_latency(text, 99),
        refused=int(statuses[1]) if statuses else 0,
        socket_errors=sum(map(int, errors.groups())) if errors else 0,
    )


def _latency(text: str, percentile: int) -> float | None:
    found = re.search(rf"^\s+{percentile}%\s+([\d.]+)(us|ms|s|m) *$", text, re.MULTILINE)
    # When no answer was complete in time, there is no number to read.
    return float(found[1]) * _UNITS[found[2]] if found else None
