"""Measure what counting a download costs a request.

    python bench/counting.py

The very calls of the middleware, with User-Agents that real clients send: one that
is known already, as nearly all are, one that was never seen before, and hostile
ones. The last lines tell what writing them into the database takes later, in the
thread that does it.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import click
from flask_migrate import upgrade

import config
from app import create_app
from app.core import clock
from app.core.database import transaction
from app.stats.agents import agent_of
from app.stats.counter import LIMIT, Download, DownloadCounter
from app.stats.services import add_downloads
from tests.factories import make_file, make_project, make_release

_PIP = {
    "ci": None,
    "cpu": "x86_64",
    "distro": {"id": "bookworm", "libc": {"lib": "glibc", "version": "2.36"}, "name": "Debian"},
    "implementation": {"name": "CPython", "version": "3.11.2"},
    "installer": {"name": "pip", "version": "26.0"},
    "openssl_version": "OpenSSL 3.0.11 19 Sep 2023",
    "python": "3.11.2",
    "system": {"name": "Linux", "release": "6.1.0"},
}
_SHA256, _NAME = "ab" * 32, "some_project-1.0-py3-none-any.whl"
_NESTED = '{"a":' + "[" * 1_800
_WRITTEN = 5_000


@click.command()
@click.option("--rounds", default=50_000, show_default=True)
def main(rounds: int) -> None:
    """Measure and print microseconds for each download."""
    numbers = count()
    agents: dict[str, Callable[[], str]] = {
        "pip, seen before": lambda: f"pip/26.0 {json.dumps(_PIP)}",
        "pip, never seen": lambda: f"pip/26.{next(numbers)} {json.dumps(_PIP)}",
        "poetry, never seen": lambda: f"poetry/2.{next(numbers)} CPython/3.12.1 Linux/6.1",
        "10,000 letters": lambda: "x" * 10_000,
        "nested, never seen": lambda: f"pip/{next(numbers)} {_NESTED}",
        "1,900 letters, never seen": lambda: f"pip/{next(numbers)} {'x' * 1_900}",
    }
    for name, make in agents.items():
        took = measure([make() for _ in range(rounds)])
        click.echo(f"{name:<26} {took * 1e6:6.1f} µs")
    with _house():
        report_writing()


def measure(agents: list[str]) -> float:
    """Return how many seconds of the processor it takes to count a download by some agents."""
    counter = DownloadCounter(lambda counts: None, delay=0)
    begin = time.thread_time()
    for agent in agents:
        counter.note(Download(clock.today(), "main", _SHA256, _NAME, agent_of(agent)))
    return (time.thread_time() - begin) / len(agents)


def report_writing() -> None:
    """Print what it takes to write many different downloads, and to add to them."""
    release = make_release(make_project("some"), "1.0")
    names = [f"some-1.0-{number}.zip" for number in range(_WRITTEN // 10)]
    files = [make_file(release, name, name.encode()) for name in names]
    agents = [agent_of(f"pip/26 CPython/3.{minor}.1 Linux/6") for minor in range(10)]
    downloads = {
        Download(clock.today(), "main", file.sha256, file.filename, agent): 1
        for file in files
        for agent in agents
    }
    for title in ("written", "added"):
        begin = time.perf_counter()
        with transaction():
            add_downloads(downloads)
        took = time.perf_counter() - begin
        click.echo(f"{len(downloads):,} of {LIMIT:,} that may wait, {title}: {took:.2f} s")


@contextmanager
def _house() -> Iterator[None]:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(config.Testing({"DATA_DIR": folder, "SECRET_KEY": "for a bench " * 4}))
        with app.app_context():
            upgrade()
            yield


if __name__ == "__main__":
    main()
