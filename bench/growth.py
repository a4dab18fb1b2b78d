"""Measure how a running Tilsit behaves as its catalogue grows.

For every size an installation is filled by `catalogue.py`, once, and kept in
`.bench/growth/<size>`. A real server is then started on it and asked from one
connection, as pip asks: with gzip. "Cold" is the first request after the
start, without ready pages from before; "warm" is the median of some more. The
disk cache of the kernel is left as it is.
"""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[1]))

import click
import psutil

from app.core.progress import track
from app.projects.names import normalise
from bench.names import ENORMOUS, KNOWN, TEN, THOUSANDS, make_names
from tests.functional.house import House

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".bench"

_JSON, _HTML = "application/vnd.pypi.simple.v1+json", "text/html"
_REQUESTS = 1_000
_LOC = re.compile(r"<loc>([^<]+)</loc>")
_TIMEOUT_SECONDS = 300


@dataclass(frozen=True)
class Page:
    """An address that is asked for, and how often when it is warm."""

    label: str
    path: str
    accept: str = _HTML
    repeats: int = 5


@dataclass(frozen=True)
class Answer:
    """What came back, and after how many seconds all of it was there."""

    seconds: float
    status: int
    etag: str | None
    size: int


# All of them lie together in the list by name.
_ODOO = "/browse/classifiers/Framework%20::%20Odoo/"
_SMALL = Page("index page of 10 files", f"/simple/{TEN}/", _JSON, 100)
_PAGES = (
    Page("index page of 5,000 files", f"/simple/{THOUSANDS}/", _JSON, 10),
    Page("index page of 43,145 files", f"/simple/{ENORMOUS}/", _JSON),
    Page("root list, JSON", "/simple/", _JSON, 3),
    Page("root list, HTML", "/simple/", _HTML, 3),
    Page("front page, made anew", "/?now"),
    Page("front page", "/", repeats=100),
    Page("most popular", "/popular"),
    Page("search for `client`", "/search?q=client"),
    Page("search for `http client`, filtered", "/search?q=http+client&license=MIT&python=3.12"),
    Page("search for `ten-files`", f"/search?q={TEN}"),
    Page("suggestions for `flas`", "/search/suggest?q=flas", repeats=20),
    Page("browse", "/browse/?now"),
    Page("licences", "/browse/licenses/"),
    Page("classifiers", "/browse/classifiers/?now"),
    Page("keywords", "/browse/keywords/"),
    Page("keywords by name", "/browse/keywords/?sort=name&after=0~k"),
    Page("keywords with `ato`", "/browse/keywords/?q=ato"),
    Page("authors", "/browse/people/"),
    Page("projects under MIT", "/browse/licenses/MIT/"),
    Page("projects for Odoo, by name", "/browse/classifiers/Framework%20::%20Odoo/?sort=name"),
    Page(
        "projects for Odoo, newest first", "/browse/classifiers/Framework%20::%20Odoo/?sort=newest"
    ),
    Page("newest projects", "/browse/newest/"),
    Page("newest releases", "/browse/releases/"),
    Page("feed of releases", "/rss/updates.xml"),
    Page("feed of projects", "/rss/packages.xml"),
    Page("index of the sitemap", "/sitemap.xml"),
    Page("project page, 10 files", f"/project/{TEN}/", repeats=20),
    Page("project page, 43,145 files", f"/project/{ENORMOUS}/"),
)


class Visitor:
    """Somebody with one connection that is kept open."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS)

    def ask(self, page: Page, etag: str | None = None) -> Answer:
        """Ask for a page, or for news of the one that an ETag names."""
        headers = {"Accept": page.accept, "Accept-Encoding": "gzip"}
        began = time.perf_counter()
        self._connection.request(
            "GET", page.path, headers=headers | ({"If-None-Match": etag} if etag else {})
        )
        response = self._connection.getresponse()
        size = len(response.read())
        seconds = time.perf_counter() - began
        return Answer(seconds, response.status, response.getheader("ETag"), size)

    def read(self, page: Page) -> str:
        """Return the text of a page."""
        self._connection.request("GET", page.path, headers={"Accept": page.accept})
        return self._connection.getresponse().read().decode()


@click.command()
@click.option("--sizes", default="1000,10000,100000,900000", show_default=True)
def main(sizes: str) -> None:
    """Measure installations of some sizes and write one table to .bench/growth.md."""
    numbers = [int(size) for size in sizes.split(",")]
    columns = {number: measure(number) for number in numbers}
    table = write_table(columns)
    (FOLDER / "growth.md").write_text(table)
    click.echo(table)


def measure(size: int) -> dict[str, str]:
    """Return the figures of an installation with a number of projects."""
    folder = _make_installation(size)
    house = House("granian", folder)
    began = time.monotonic()
    house.start()
    try:
        figures = {"from start to ready, s": f"{time.monotonic() - began:.1f}"}
        figures |= _ask_for_all(house, size)
    finally:
        house.stop()
    return figures | {"database, MB": _megabytes((folder / "tilsit.db").stat().st_size)}


def write_table(columns: dict[int, dict[str, str]]) -> str:
    """Return a table in Markdown: a line for each figure, a column for each size."""
    heads = [f"{size:,} projects" for size in columns]
    labels = dict.fromkeys(label for figures in columns.values() for label in figures)
    lines = [
        _line("", *heads),
        _line("---", *["---:"] * len(heads)),
        *(
            _line(label, *(figures.get(label, "") for figures in columns.values()))
            for label in labels
        ),
    ]
    return "\n".join(lines) + "\n"


def _make_installation(size: int) -> Path:
    folder = FOLDER / "growth" / str(size)
    mark = folder / "filled"
    if not mark.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _fill(folder, size)
        mark.touch()
    # Pages that are ready would make the first request a warm one.
    shutil.rmtree(folder / "shelf", ignore_errors=True)
    return folder


def _fill(folder: Path, size: int) -> None:
    command = [sys.executable, str(ROOT / "bench" / "catalogue.py"), "--projects", str(size)]
    subprocess.run(command, env=House("granian", folder).settings(), cwd=ROOT, check=True)


def _ask_for_all(house: House, size: int) -> dict[str, str]:
    web, visitor = _find_web_process(house), Visitor(house.port)
    figures = {"memory of the web process at the start, MB": _memory(web)}
    figures |= _measure_page(visitor, _SMALL)
    began = time.monotonic()
    for page in _list_pages(size):
        _demand(page, visitor.ask(page), 200)
    mean = (time.monotonic() - began) / _REQUESTS
    figures[f"{_REQUESTS:,} index pages, mean, ms"] = _milliseconds(mean)
    figures[f"memory after {_REQUESTS:,} index pages, MB"] = _memory(web)
    pages = [*_PAGES, Page("first part of the sitemap", _find_part(visitor), repeats=3)]
    for page in track(pages, label=f"Pages of {size:,} projects"):
        figures |= _measure_page(visitor, page)
    return figures | {
        "memory after all of it, MB": _memory(web),
        "most memory that one process ever had, MB": _megabytes(house.peak_memory()),
    }


def _find_part(visitor: Visitor) -> str:
    """Return the path of the first part of the sitemap."""
    page = Page("sitemap", "/sitemap.xml")
    found = _LOC.search(visitor.read(page))
    if found is None:
        raise click.ClickException("The sitemap has no parts.")
    return urlsplit(found[1]).path


def _measure_page(visitor: Visitor, page: Page) -> dict[str, str]:
    cold = visitor.ask(page)
    _demand(page, cold, 200)
    warm = [visitor.ask(page).seconds for _ in range(page.repeats)]
    figures = {
        f"{page.label}, cold, ms": _milliseconds(cold.seconds),
        f"{page.label}, warm, ms": _milliseconds(median(warm)),
    }
    if cold.etag is not None:
        known = [visitor.ask(page, cold.etag) for _ in range(page.repeats)]
        _demand(page, known[-1], 304)
        seconds = median(answer.seconds for answer in known)
        figures[f"{page.label}, 304, ms"] = _milliseconds(seconds)
    return figures | {f"{page.label}, sent, KB": f"{cold.size / 1e3:,.1f}"}


def _list_pages(size: int) -> Iterator[Page]:
    """Return the index pages of as many projects as there are, over and over."""
    names = make_names(min(size, 5 * _REQUESTS))[len(KNOWN) :]
    pages = [Page(name, f"/simple/{normalise(name)}/", _JSON) for name in names]
    return islice(cycle(pages), _REQUESTS)


def _find_web_process(house: House) -> psutil.Process:
    """Return the process that answers: the one that listens and has no children."""
    for process in house.list_processes():
        ports = {one.laddr.port for one in process.net_connections("tcp") if one.laddr}
        if house.port in ports and not process.children():
            return process
    raise click.ClickException("No process listens. What does the server's log say?")


def _demand(page: Page, answer: Answer, status: int) -> None:
    if answer.status != status:
        raise click.ClickException(f"{page.path} answered {answer.status} and not {status}.")


def _memory(process: psutil.Process) -> str:
    return _megabytes(process.memory_info().rss)


def _megabytes(number: int) -> str:
    return f"{number / 1e6:,.0f}"


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1e3:,.1f}" if seconds < 1 else f"{seconds * 1e3:,.0f}"


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
