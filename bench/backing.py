"""Measure what a running backup adds to the time of pages, and how long backups take.

    python bench/backing.py DATA_DIR --blobs 10000 --pages /,/search?q=http,/popular

Works on a copy of DATA_DIR. Rounds with a backup and without one take turns, so that a machine
that is busy with something else is so for both.
"""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median, quantiles

sys.path.insert(0, str(Path(__file__).parents[1]))

import click
import httpx

from bench.processes import Server, free_port

ROOT = Path(__file__).parents[1]
_MANAGE = (sys.executable, str(ROOT / "manage.py"))
_SIZE = 50_000
_IMAGE = (
    "INSERT INTO page_image (sha256, name, media_type, size, width, height, uploaded_at,"
    " uploaded_by) VALUES (?, ?, 'image/png', ?, 1, 1, '2026-01-01 00:00:00.000000', '')"
)


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--blobs", default=10_000, show_default=True, help="Files that are added.")
@click.option("--rounds", default=6, show_default=True)
@click.option("--requests", default=60, show_default=True, help="In each round, of each page.")
@click.option("--pages", default="/,/search?q=http,/popular", show_default=True)
def main(source: Path, blobs: int, rounds: int, requests: int, pages: str) -> None:
    """Print the times of pages and of backups."""
    with tempfile.TemporaryDirectory(prefix="tilsit-backing-") as name:
        folder = Path(name)
        environ = _prepare(source, folder, blobs)
        for which in ("first", "second"):
            took = _timed(lambda: _run(environ, "backup", str(folder / "backups")))
            click.echo(f"{which} backup: {took:.1f} s")
        with _served(folder, environ) as url:
            _measure(url, folder, environ, rounds, requests, pages.split(","))


def _prepare(source: Path, folder: Path, blobs: int) -> dict[str, str]:
    data = folder / "data"
    data.mkdir()
    with closing(sqlite3.connect(source / "tilsit.db")) as one:
        one.execute("VACUUM INTO ?", (str(data / "tilsit.db"),))
    environ = {"DATA_DIR": str(data)}
    _run(environ, "db", "upgrade")
    with closing(sqlite3.connect(data / "tilsit.db")) as database, database:
        database.executemany(_IMAGE, _make_blobs(data / "blobs", blobs))
    return environ


def _make_blobs(root: Path, count: int) -> Iterator[tuple[str, str, int]]:
    for number in range(count):
        content = os.urandom(_SIZE)
        sha256 = hashlib.sha256(content).hexdigest()
        path = root / sha256[:2] / sha256[2:4] / sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        yield sha256, f"{number}.png", _SIZE


@contextmanager
def _served(folder: Path, environ: dict[str, str]) -> Iterator[str]:
    port = free_port()
    command = (*_MANAGE, "serve", "--no-seed", "--port", str(port))
    server = Server(command, log=folder / "log", cwd=ROOT)
    url = f"http://127.0.0.1:{port}"
    server.start(environ, f"{url}/readyz")
    try:
        yield url
    finally:
        server.stop()


def _measure(
    url: str, folder: Path, environ: dict[str, str], rounds: int, requests: int, pages: list[str]
) -> None:
    """Ask for all pages, in turns with a backup and without one, and print what that took."""
    alone: dict[str, list[float]] = {page: [] for page in pages}
    beside: dict[str, list[float]] = {page: [] for page in pages}
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        _ask(client, pages, 5)
        for number in range(rounds):
            _note(alone, _ask(client, pages, requests))
            # All is copied anew each time, so that the backup lasts as long as the round.
            with _backing(folder / f"round-{number}", environ):
                _note(beside, _ask(client, pages, requests))
    for page in pages:
        before, during = alone[page], beside[page]
        click.echo(
            f"{page}: median {_ms(median(before))} alone, {_ms(median(during))} beside a backup "
            f"({median(during) / median(before) - 1:+.1%}); "
            f"p95 {_ms(_p95(before))} and {_ms(_p95(during))}"
        )


@contextmanager
def _backing(target: Path, environ: dict[str, str]) -> Iterator[None]:
    """Keep backups going while a block runs."""
    loop = f'while :; do "$@" {target} >/dev/null || exit; rm -rf {target}; done'
    command = ("sh", "-c", loop, "sh", *_MANAGE, "backup")
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environ, start_new_session=True
    ) as at:
        # The program itself needs a moment before it begins.
        while not (target / "unfinished").exists() and at.poll() is None:
            time.sleep(0.05)
        yield
        os.killpg(at.pid, 9)
    shutil.rmtree(target, ignore_errors=True)


def _ask(client: httpx.Client, pages: list[str], count: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {page: [] for page in pages}
    for _ in range(count):
        for page in pages:
            times[page].append(_timed(lambda page=page: client.get(page).raise_for_status()))
    return times


def _note(times: dict[str, list[float]], new: dict[str, list[float]]) -> None:
    for page, seconds in new.items():
        times[page] += seconds


def _run(environ: dict[str, str], *words: str) -> None:
    subprocess.run([*_MANAGE, *words], cwd=ROOT, env=os.environ | environ, check=True)


def _timed(deed: Callable[[], object]) -> float:
    began = time.perf_counter()
    deed()
    return time.perf_counter() - began


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def _p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=20)[-1]


if __name__ == "__main__":
    main()
