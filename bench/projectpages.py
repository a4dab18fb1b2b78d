"""Measure the pages of projects over HTTP, of our own and of mirrored ones, small and huge.

    DATA_DIR=.bench/projects python bench/projectpages.py

The folder is filled once: `ten-files` has 10 files and `enormous` 43,145, and
`mirrored-ten` and `mirrored-enormous` are copies with as many; each is needed by a
hundred others and needs ten. A real server is started on it and asked from one
connection. Nobody is asked for what is copied, for it stays fresh.
"""

import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles

sys.path.insert(0, str(Path(__file__).parents[1]))

import click
import flask_migrate
from sqlalchemy import select

from app import create_app
from app.core.database import transaction
from app.extensions import db
from app.indexes.queries import MAIN, get_index
from app.mirror.asking import News
from app.mirror.changes import Copy
from app.mirror.details import keep_facts
from app.mirror.documents import Document, Entry
from app.mirror.metadata import Facts
from app.mirror.stock import find_state
from app.projects.models import Project
from app.search.facts import Facts as ListedFacts
from app.search.own import relist
from app.search.services import list_project
from bench.catalogue import fill
from bench.names import ENORMOUS, KNOWN, TEN
from bench.processes import Server, free_port

ROOT = Path(__file__).parents[1]
_SUMMARY = "What it is in a sentence, as long as they are"
_README = "# A heading\n\nSome *words* about it.\n\n" * 40
_FILES_PER_RELEASE = 20
_FIRST_DAY = datetime(2015, 1, 1, tzinfo=UTC)
_NEEDS = tuple(f"{TEN}-{number}>=1 ; python_version < '3.{number}'" for number in range(10))
_TABS = ("", "?tab=files", "?tab=history", "?tab=downloads")


@click.command()
@click.option("--requests", "count", default=200, show_default=True, help="for each page")
def main(count: int) -> None:
    """Print how long the pages take, in milliseconds."""
    folder = Path(os.environ["DATA_DIR"])
    os.environ |= {"UPSTREAM_URL": "http://127.0.0.1:9/simple/", "MIRROR_TTL": "10000000"}
    with create_app().app_context():
        _prepare()
    port = free_port()
    server = Server([sys.executable, "manage.py", "serve"], log=folder / "server.log", cwd=ROOT)
    names = ("DATA_DIR", "UPSTREAM_URL", "MIRROR_TTL")
    environ = {name: os.environ[name] for name in names} | {"PORT": str(port)}
    server.start(environ, f"http://127.0.0.1:{port}/healthz")
    try:
        for line in _measure(port, count):
            click.echo(line)
    finally:
        server.stop()


def _measure(port: int, count: int) -> Iterator[str]:
    yield f"{'page':44} {'first':>8} {'median':>8} {'p95':>8} {'kB':>6}"
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    for name in (TEN, ENORMOUS, f"mirrored-{TEN}", f"mirrored-{ENORMOUS}"):
        for tab in _TABS:
            path = f"/project/{name}/{tab}"
            first, size = _ask(connection, path)
            times = [_ask(connection, path)[0] for _ in range(count)]
            p95 = quantiles(times, n=20)[-1]
            yield f"{path:44} {first:8.1f} {median(times):8.1f} {p95:8.1f} {size / 1000:6.0f}"


def _ask(connection: HTTPConnection, path: str) -> tuple[float, int]:
    """Return after how many milliseconds a page was there, and its size."""
    began = time.perf_counter()
    connection.request("GET", path)
    response = connection.getresponse()
    size = len(response.read())
    assert response.status == 200, f"{path}: {response.status}"
    return (time.perf_counter() - began) * 1000, size


def _prepare() -> None:
    """Fill the database that the configuration names, unless it is full."""
    flask_migrate.upgrade()
    is_full = db.session.scalar(select(Project.id).limit(1)) is not None
    # Nobody may have the database open while it is filled.
    db.session.remove()
    if is_full:
        return
    fill(len(KNOWN), with_files=len(KNOWN))
    with transaction():
        for name in (TEN, ENORMOUS):
            relist(get_index(MAIN).id, name)
    for name in (TEN, ENORMOUS):
        _copy(f"mirrored-{name}", KNOWN[name])
    _let_others_need(TEN, ENORMOUS, f"mirrored-{TEN}", f"mirrored-{ENORMOUS}")


def _copy(name: str, count: int) -> None:
    """Let the mirror have a project with a number of files."""
    index = get_index("pypi")
    entries = tuple(_entry(name, number) for number in range(count))
    versions = tuple(dict.fromkeys(entry.version for entry in entries))
    document = Document(name=name, normalized_name=name, versions=versions, entries=entries)
    news = News(asked_url=f"http://127.0.0.1:9/simple/{name}/", body_sha256="0" * 64)
    with transaction():
        Copy(index.id, index.slug, name).keep(
            News(**vars(news) | {"document": document})  # type: ignore[arg-type]
        )
    facts = Facts(
        name=name,
        summary=_SUMMARY,
        description=_README,
        description_content_type="text/markdown",
        license_expression="MIT",
        requires_dist=_NEEDS,
    )
    state = find_state(index.id, name)
    assert state is not None
    keep_facts(index.id, document, versions[-1], facts, serial=state.serial, is_latest=True)


def _entry(name: str, number: int) -> Entry:
    version = f"1.{number // _FILES_PER_RELEASE}"
    filename = f"{name.replace('-', '_')}-{version}-cp3{number % _FILES_PER_RELEASE}-none-any.whl"
    return Entry(
        filename=filename,
        url=f"http://127.0.0.1:9/files/{filename}",
        version=version,
        sha256=f"{number:064x}",
        size=number,
        uploaded_at=_FIRST_DAY + timedelta(hours=number),
        core_metadata=True,
        metadata_sha256=f"{number:064x}",
    )


def _let_others_need(*names: str) -> None:
    index = get_index("pypi")
    with transaction():
        for number in range(100):
            facts = ListedFacts(name=f"client-{number}", version="1", requires_dist=names)
            list_project(index.id, facts)


if __name__ == "__main__":
    main()
