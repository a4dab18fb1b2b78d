"""Fill a database with a catalogue of the shape that the public index has.

It works on the installation that DATA_DIR and DATABASE_URL name:

    DATA_DIR=.bench/big python bench/catalogue.py --projects 900000

The first projects, at most 100,000, get releases and files; the others have one
release and no file, as the table of files would be 11 GB otherwise. `enormous`
has 43,145 files, `thousands` has 5,000, `ten-files` has 10. The same numbers
give the same catalogue.

No bytes are stored: digests are those of the file names, and whoever asks for
such a file gets 503. Nobody owns the projects, and releases have no
descriptions. What a project says of itself its newest release says alone.

All is one transaction: what is interrupted leaves nothing behind. The words that
searches look at are written after that.
"""

import logging
import random
import sys
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import click
import flask_migrate
from sqlalchemy import Connection, Table, delete, func, insert, select, update
from trove_classifiers import sorted_classifiers

from app import create_app
from app.core.database import release_connection, transaction
from app.core.progress import track
from app.extensions import Base, db
from app.indexes.models import Index, SerialCounter
from app.indexes.queries import MAIN
from app.projects.models import (
    Classifier,
    Dependency,
    File,
    IndexTotal,
    Project,
    Release,
    ReleaseClassifier,
)
from app.search.entries import write_entries
from app.search.models import Label, Listing
from bench.histories import draw_file_count, moment_of
from bench.listings import Labels
from bench.loading import load, loading, measure_size, next_number, settle_numbers
from bench.names import KNOWN, make_names
from bench.rows import Numbers, Plan, Surroundings, make_batch

_SEED = "catalogue"
_BATCH = 500
_WRITTEN = 2_000
# One project of so many has a rank.
_RANKED = 60


def _table(model: type[Base]) -> Table:
    return model.__table__  # type: ignore[return-value]


_TABLES = tuple(map(_table, (Project, Release, File, Dependency, Listing)))
_CLASSIFIER, _LABEL = _table(Classifier), _table(Label)


@dataclass(frozen=True)
class Filled:
    """What was put in."""

    projects: int
    releases: int
    files: int


class IndexNotEmpty(click.ClickException):
    """There are projects already."""


@click.command()
@click.option("--projects", type=click.IntRange(min=3), default=900_000, show_default=True)
@click.option("--with-files", type=click.IntRange(0, 100_000), default=100_000, show_default=True)
@click.option("--add", is_flag=True, help="Put the projects beside those that are there.")
def main(projects: int, with_files: int, *, add: bool) -> None:
    """Fill the main index with made-up projects; only the first ones get files."""
    began = time.monotonic()
    logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)
    with create_app().app_context():
        flask_migrate.upgrade()
        db.session.remove()
        if not add:
            demand_empty()
        filled = fill(projects, with_files=with_files)
        write_words()
        size = measure_size(db.engine) / 1e6
    click.echo(
        f"{filled.projects:,} projects, {filled.releases:,} releases, {filled.files:,} files "
        f"in {time.monotonic() - began:.0f} s; the database has {size:,.0f} MB."
    )


def demand_empty() -> None:
    """Raise `IndexNotEmpty` when the main index has a project."""
    with db.engine.connect() as connection:
        if connection.scalar(select(Project.id).limit(1)) is not None:
            raise IndexNotEmpty(
                "This index has projects already. Choose another DATA_DIR, or give --add."
            )


def fill(projects: int, *, with_files: int) -> Filled:
    """Put a number of projects into the main index, behind those that are there."""
    with loading(db.engine) as connection:
        first = [next_number(connection, table) for table in _TABLES]
        index_id = connection.scalars(select(Index.id).where(Index.slug == MAIN)).one()
        names = make_names(projects, _list_names(connection, index_id))
        last_serial = connection.scalars(select(SerialCounter.value)).one()
        plans = make_plans(names, with_files=with_files, last_serial=last_serial)
        labels = Labels(connection)
        around = Surroundings(index_id, _load_classifiers(connection), names, labels.note)
        _load_plans(connection, plans, around, Numbers(*first))
        labels.write(connection, index_id)
        _settle_serial(connection, index_id, max(plan.last_serial for plan in plans))
        _settle_totals(connection)
        settle_numbers(connection, *_TABLES, _CLASSIFIER, _LABEL)
        ends = [next_number(connection, table) for table in _TABLES]
    begun = zip(first[:3], ends[:3], strict=True)
    return Filled(*(end - begin for begin, end in begun))


def write_words() -> None:
    """Let searches find all projects, the most popular ones first, as they lie in the table."""
    order = select(Listing.id).order_by(Listing.index_id, Listing.popularity.desc(), Listing.id)
    numbers = db.session.scalars(order).all()
    release_connection()
    for begin in track(range(0, len(numbers), _WRITTEN), label="Words of 2,000 projects"):
        wanted = select(Listing).where(Listing.id.in_(numbers[begin : begin + _WRITTEN]))
        with transaction() as session:
            write_entries(session.scalars(wanted).all())
        release_connection()


def make_plans(names: list[str], *, with_files: int, last_serial: int) -> list[Plan]:
    """Return what each project is to become; every file, and every bare name, is one change."""
    rng = random.Random(_SEED)
    counts = [KNOWN.get(name) or draw_file_count(rng) for name in names[:with_files]]
    counts += [0] * (len(names) - len(counts))
    total = sum(count or 1 for count in counts)
    # The newest change belongs to the first project, so that the counter says what is true.
    places = [total, *rng.sample(range(1, total), len(names) - 1)]
    ranks = dict(zip(rng.sample(names, len(names) // _RANKED), count(1), strict=False))
    return [
        Plan(name, files, last_serial + place, moment_of(place / total), ranks.get(name))
        for name, files, place in zip(names, counts, places, strict=True)
    ]


def _load_plans(
    connection: Connection, plans: list[Plan], around: Surroundings, numbers: Numbers
) -> None:
    for begin in track(range(0, len(plans), _BATCH), label="Batches of 500 projects"):
        batch = make_batch(plans[begin : begin + _BATCH], around, numbers)
        for table, rows in (
            (Project, batch.projects),
            (Release, batch.releases),
            (File, batch.files),
            (ReleaseClassifier, batch.classifiers),
            (Dependency, batch.dependencies),
            (Listing, batch.listings),
        ):
            load(connection, _table(table), rows)


def _load_classifiers(connection: Connection) -> dict[str, int]:
    """Return the numbers of all classifiers, which are made when they are new."""
    there = {name: number for number, name in connection.execute(select(_CLASSIFIER))}
    new = [name for name in sorted_classifiers if name not in there]
    rows = [
        {"id": number, "name": name}
        for number, name in enumerate(new, next_number(connection, _CLASSIFIER))
    ]
    load(connection, _CLASSIFIER, rows)
    return there | {row["name"]: row["id"] for row in rows}


def _list_names(connection: Connection, index_id: int) -> set[str]:
    wanted = select(Project.normalized_name).where(Project.index_id == index_id)
    return set(connection.scalars(wanted))


def _settle_serial(connection: Connection, index_id: int, serial: int) -> None:
    connection.execute(update(SerialCounter).values(value=serial))
    connection.execute(update(Index).where(Index.id == index_id).values(last_serial=serial))


def _settle_totals(connection: Connection) -> None:
    connection.execute(delete(IndexTotal))
    counts = (Project.release_count, Project.file_count)
    sums = select(Project.index_id, func.count(), *map(func.sum, counts))
    found = sums.where(Project.release_count.is_not(None)).group_by(Project.index_id)
    columns = ("index_id", "projects", "releases", "files")
    connection.execute(insert(IndexTotal).from_select(columns, found))


if __name__ == "__main__":
    main()
