"""`python -m bench`: Tilsit beside its peers, in one table."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from bench import wrk
from bench.environments import KEPT, InstallFailed, install
from bench.measures import Effort
from bench.rounds import Run
from bench.stock import Stock
from bench.subjects.base import DATA, Subject
from bench.subjects.behind_nginx import TilsitBehindNginx
from bench.subjects.devpi import Devpi
from bench.subjects.nginx import Nginx
from bench.subjects.pypiron import Pypiron
from bench.subjects.pypiserver import Pypiserver
from bench.subjects.simple_repository import SimpleRepository
from bench.subjects.tilsit import Tilsit

FULL = Effort(seconds=5, rounds=2, changes=10)
QUICK = Effort(seconds=1, rounds=1, changes=3)


def main() -> int:
    """Measure, print the table, write it down, and return an exit status."""
    options = _read_options()
    if not wrk.is_there():
        print(wrk.HOW_TO_GET, file=sys.stderr)
        return 1
    # Started in the background it would not hear of Ctrl-C otherwise.
    signal.signal(signal.SIGINT, _end)
    signal.signal(signal.SIGTERM, _end)
    DATA.mkdir(parents=True, exist_ok=True)
    run = _make_run(options)
    try:
        install("uv")
        run.stock.prepare()
        run.do()
    except InstallFailed as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; this is what there is so far.", file=sys.stderr)
        _report(run)
        return 130
    _report(run)
    return 0


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two minutes, figures for a glance")
    parser.add_argument("--seconds", type=int, help="how long each request is repeated")
    parser.add_argument("--rounds", type=int, help="how often each subject has its turn")
    parser.add_argument("--subjects", help="parts of names, with commas; all by default")
    parser.add_argument(
        "--web-processes",
        default=os.environ.get("WEB_PROCESSES"),
        help="of Tilsit; several numbers with commas make several subjects; 1,2 by default",
    )
    return parser.parse_args()


def _make_run(options: argparse.Namespace) -> Run:
    usual = QUICK if options.quick else FULL
    effort = Effort(
        seconds=options.seconds or usual.seconds,
        rounds=options.rounds or usual.rounds,
        changes=usual.changes,
    )
    stock = Stock(small=15, long=60) if options.quick else Stock(small=None, long=5000)
    wanted = options.web_processes or ("2" if options.quick else "1,2")
    processes = [int(number) for number in wanted.replace(",", " ").split()]
    return Run(_choose(_list_subjects(processes), options.subjects), effort, stock)


def _list_subjects(processes: Sequence[int]) -> list[Subject]:
    ours: list[Subject] = [Tilsit(number) for number in processes]
    behind = TilsitBehindNginx(max(processes))
    return [*ours, behind, Nginx(), Pypiron(), Pypiserver(), Devpi(), SimpleRepository()]


def _choose(subjects: list[Subject], wanted: str | None) -> list[Subject]:
    if wanted is None:
        return subjects
    parts = wanted.lower().split(",")
    return [subject for subject in subjects if any(part in subject.name.lower() for part in parts)]


def _report(run: Run) -> None:
    table = run.table()
    print(f"\n{table}")
    for name, reason in run.skipped.items():
        print(f"Not measured: {name} ({reason})")
    (KEPT / "results.md").write_text(table)
    (KEPT / "results.json").write_text(run.as_json())
    print(f"Written to {KEPT.name}/results.md and {KEPT.name}/results.json")


def _end(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
