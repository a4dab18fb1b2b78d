"""Measure the same installation on SQLite and on PostgreSQL, side by side in one run.

    python bench/databases.py --projects 900000

An installation is filled by `catalogue.py`, once, and kept in `.bench/databases`;
`flask db move` brings it into a PostgreSQL server that is started for the run, with
the settings that such a server has by itself. Then each has a house of its own: pages
are asked of both by turns, so that what else the machine does slows both down, and
several clients publish at once, in one house after the other. The table goes to
`.bench/databases.md`; a figure of PostgreSQL is followed by how many times that of
SQLite it is.
"""

import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

import click
import httpx

from app.core.progress import track
from app.projects.names import normalise
from bench.growth import Page, Visitor
from bench.names import KNOWN, TEN, make_names
from tests.archives import make_wheel, wheel_name
from tests.functional.databases import postgres_server
from tests.functional.house import House
from tests.functional.uploading import BOUNDARY, basic, body_of, parts_for

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".bench" / "databases"
SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
_JSON = "application/vnd.pypi.simple.v1+json"
_WRITERS = (1, 2, 4, 8, 16)
_WORDS = ("client", "http", "data", "parser", "async", "test", "image", "tools", "auth", "table")
_RULES = ("max_connections=100", "shared_buffers=1GB")


@dataclass(frozen=True)
class Line:
    """A figure of both, with its unit."""

    label: str
    sqlite: float
    postgresql: float
    unit: str = "ms"

    def cells(self) -> list[str]:
        """Return what stands in the table."""
        ratio = self.postgresql / self.sqlite if self.sqlite else 0
        shown = (f"{self.sqlite:,.1f} {self.unit}", f"{self.postgresql:,.1f} {self.unit}")
        return [self.label, *shown, f"{ratio:.2f}"]


@click.command()
@click.option("--projects", default=900_000, show_default=True)
@click.option("--source", type=click.Path(path_type=Path), help="A DATA_DIR that is filled.")
@click.option("--rounds", default=60, show_default=True, help="Requests for each page.")
@click.option("--uploads", default=48, show_default=True, help="Uploads for each crowd.")
def main(projects: int, source: Path | None, rounds: int, uploads: int) -> None:
    """Write one table to .bench/databases.md."""
    folder = source or _filled(projects)
    with ExitStack() as stack:
        server = stack.enter_context(postgres_server(_RULES))
        url = server.make_database("bench")
        lines = [_move(folder, url)]
        _command(folder, "site", "read-only", "off")
        houses = {
            SQLITE: House("granian", folder),
            POSTGRESQL: House("granian", FOLDER / "postgresql", url),
        }
        lines += [_start(stack, houses)]
        lines += _ask_both(houses, _pages(projects, rounds))
        lines += [_crowd(houses, writers, uploads) for writers in _WRITERS]
    table = _table(lines)
    (FOLDER.with_suffix(".md")).write_text(table)
    click.echo(table)


def _filled(projects: int) -> Path:
    folder = FOLDER / str(projects)
    if not (folder / "filled").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        command = [sys.executable, "bench/catalogue.py", "--projects", str(projects)]
        environ = House("granian", folder).settings()
        subprocess.run(command, env=environ, cwd=ROOT, check=True)
        (folder / "filled").touch()
    return folder


def _move(folder: Path, url: str) -> Line:
    """Move the installation and return processor time and time of the move, in seconds."""
    _command(folder, "db", "upgrade")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    _command(folder, "db", "move", url)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    label = "move: processor time of the command, and time of all"
    return Line(label, spent, time.monotonic() - began, "s")


def _command(folder: Path, *words: str) -> None:
    command = [sys.executable, "manage.py", *words]
    subprocess.run(command, env=House("granian", folder).settings(), cwd=ROOT, check=True)


def _start(stack: ExitStack, houses: dict[str, House]) -> Line:
    seconds = []
    for house in houses.values():
        shutil.rmtree(house.folder / "shelf", ignore_errors=True)
        began = time.monotonic()
        house.start()
        seconds.append(time.monotonic() - began)
        stack.callback(house.stop)
    return Line("from start to ready", seconds[0], seconds[1], "s")


def _pages(projects: int, rounds: int) -> dict[str, list[Page]]:
    """Return what is asked for, a page of a kind after the other."""
    names = make_names(min(projects, 5_000))[len(KNOWN) :]
    cold = [Page(name, f"/simple/{normalise(name)}/", _JSON) for name in names[:rounds]]
    searches = [
        Page(f"{one} {other}", f"/search?q={one}+{other}") for one in _WORDS for other in _WORDS
    ]
    return {
        "project page, 10 files": [Page(TEN, f"/project/{TEN}/")] * rounds,
        "index page that is not on the shelf": cold,
        "search for one word": [Page(word, f"/search?q={word}") for word in _WORDS],
        "search for two words": searches[:rounds],
        "front page, made anew": [Page("front", "/?now")] * rounds,
    }


def _ask_both(houses: dict[str, House], pages: dict[str, list[Page]]) -> Iterator[Line]:
    visitors = {name: Visitor(house.port) for name, house in houses.items()}
    for label, kind in pages.items():
        seconds: dict[str, list[float]] = {name: [] for name in houses}
        for page in track(kind, label=label):
            for name, visitor in visitors.items():
                answer = visitor.ask(page)
                if answer.status != 200:
                    raise click.ClickException(f"{page.path} of {name} answered {answer.status}.")
                seconds[name].append(answer.seconds)
        yield Line(label, *(median(each) * 1e3 for each in seconds.values()))


def _crowd(houses: dict[str, House], writers: int, uploads: int) -> Line:
    rates = [_publish(house, writers, uploads) for house in houses.values()]
    return Line(f"{writers} publish at once", *rates, "files/s")


def _publish(house: House, writers: int, uploads: int) -> float:
    """Let so many clients publish, each into a project of its own; return files a second.

    New names wait for each other on any database, as the list of all names is one
    page. So the projects are there before it begins.
    """
    token = house.token
    each = max(uploads // writers, 2)

    def work(writer: int, versions: Iterable[int] = range(1, each + 1)) -> None:
        with httpx.Client(base_url=house.url, trust_env=False, timeout=120) as http:
            for number in versions:
                _send(http, token, f"crowd-{writers}-{writer}", f"1.{number}")

    for writer in range(writers):
        work(writer, [0])
    began = time.monotonic()
    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(work, range(writers)))
    return writers * each / (time.monotonic() - began)


def _send(http: httpx.Client, token: str, name: str, version: str) -> None:
    parts = parts_for(wheel_name(name, version), make_wheel(name, version))
    answer = http.post(
        "/legacy/",
        content=body_of(parts),
        headers={
            "Authorization": basic(token),
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        },
    )
    if answer.status_code != 200:
        raise click.ClickException(f"An upload was answered {answer.status_code}: {answer.text}")


def _table(lines: Sequence[Line]) -> str:
    head = ["", SQLITE, POSTGRESQL, "×"]
    rows = [head, ["---", "---:", "---:", "---:"], *(line.cells() for line in lines)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


if __name__ == "__main__":
    main()
