"""Let a crowd publish, install and browse for a while; nothing may fail or grow.

    python bench/soak.py --minutes 10 --clients 30 --write docs/reliability.md

A house as `make run` starts it. Every answer is checked: an acknowledged file stands on
the next page that is read and has its bytes, a removed one is gone. At the end the house
is stopped, checked with all its bytes, and the figures are printed, or written between the
marks of a document. The status is 1 if anything was not as it should be.
"""

import os
import re
import shutil
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import click

from app.core import clock
from bench.crowd import Crowd, Ledger
from bench.tables import render, show
from bench.watching import Watch
from tests.functional.house import House

FOLDER = Path(__file__).parents[1] / ".bench" / "soak"
BEGIN, END = "<!-- soak: written by `make soak` -->", "<!-- end of soak -->"
# What no log of a house that is well has.
_TROUBLE = re.compile(r"Traceback|database is locked")
# Bounds on what may have grown from when the caches are full until the end.
MOST_GROWTH, MOST_MORE_MB, MOST_MORE_FILES = 1.10, 12.0, 16


@dataclass(frozen=True)
class Outcome:
    """What came of it; `complaints` are empty when all is as it should be."""

    ledger: Ledger
    watch: Watch
    seconds: float
    stop_seconds: float
    checked: str
    complaints: list[str]


@click.command()
@click.option("--minutes", default=10.0, show_default=True)
@click.option("--clients", default=30, show_default=True)
@click.option("--short", is_flag=True, help="Neither install with pip nor judge what grew.")
@click.option("--write", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--note", default="", help="What should stand beside the figures.")
@click.option("--folder", default=FOLDER, type=click.Path(path_type=Path), show_default=False)
def main(
    minutes: float, clients: int, *, short: bool, write: Path | None, note: str, folder: Path
) -> None:
    """Soak a house and tell the figures."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    outcome = soak(House("granian", folder / "data"), minutes * 60, clients, is_short=short)
    text = report(outcome, clients, note)
    click.echo(text)
    if write is not None:
        put_between(write, text)
    for complaint in outcome.complaints:
        click.echo(complaint, err=True)
    sys.exit(1 if outcome.complaints else 0)


def soak(house: House, seconds: float, clients: int, *, is_short: bool) -> Outcome:
    """Run a crowd in a house for some time, stop the house, and check it."""
    house.folder.mkdir()
    house.prepare()
    house.start()
    over = threading.Event()
    ledger, watch = Ledger(), Watch(house, over)
    try:
        crowd = Crowd(house, ledger, clients, has_pip=not is_short)
        began = time.monotonic()
        with ThreadPoolExecutor(clients + 1) as pool:
            futures = [
                pool.submit(watch.run),
                *(pool.submit(each, over) for each in crowd.visitors),
            ]
            over.wait(seconds)
            over.set()
        for future in futures:
            future.result()
        taken = time.monotonic() - began
    finally:
        over.set()
        begin = time.monotonic()
        house.stop()
    stopped = time.monotonic() - begin
    done = house.run_command("check", "--hashes")
    told = done.stdout.strip().splitlines()
    checked = told[-1] if told else f"status {done.returncode}"
    complaints = list(ledger.errors)
    if not is_short:
        complaints += watch.complaints(MOST_GROWTH, MOST_MORE_MB, MOST_MORE_FILES)
    complaints += told if done.returncode else []
    complaints += [line for line in house.log.splitlines() if _TROUBLE.search(line)]
    return Outcome(ledger, watch, taken, stopped, checked, complaints)


def report(outcome: Outcome, clients: int, note: str) -> str:
    """Return the figures in Markdown."""
    ledger = outcome.ledger
    requests = sum(len(times) for times in ledger.seconds.values())
    facts = [
        ["When", f"{clock.now():%Y-%m-%d %H:%M} UTC"],
        ["Machine", f"{os.cpu_count()} processors, shared with the clients"],
        ["Time, clients", f"{outcome.seconds / 60:.1f} minutes, {clients}"],
        ["Requests and installs", f"{requests:,} ({requests / outcome.seconds:.0f} a second)"],
        ["Errors", str(len(ledger.errors))],
        ["Asked to come again (503)", str(ledger.busy)],
        ["Files published, releases removed", f"{ledger.published:,}, {ledger.removed:,}"],
        ["Stopped within", f"{outcome.stop_seconds:.1f} s"],
        ["`flask check --hashes`", outcome.checked],
    ]
    parts = [f"{note}\n" if note else "", render(["What", "Figure"], facts)]
    kinds = [[kind, f"{len(times):,}", *_latencies(times)] for kind, times in ledger.in_order()]
    parts.append(render(["Done", "How often", "p50 ms", "p99 ms", "longest ms"], kinds))
    parts.append(render(Watch.HEADER, outcome.watch.rows()))
    return "\n".join(part for part in parts if part)


def put_between(path: Path, text: str) -> None:
    """Replace what stands between the marks of a document."""
    before, _, rest = path.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    path.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}")


def _latencies(times: list[float]) -> list[str]:
    ordered = sorted(times)
    chosen = (ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)], ordered[-1])
    return [show(seconds * 1000) for seconds in chosen]


if __name__ == "__main__":
    main()
