"""Commands about MongoDB: `flask mongo …`.

What they do is imported when they are called: the driver takes memory and time that an
installation without MongoDB shall not spend.
"""

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event

import click
from flask.cli import AppGroup

from app.core.commands import printable, refusals_as_messages
from app.core.progress import track
from app.mongo.exceptions import DocumentTooLarge, MongoUnavailable

cli = AppGroup("mongo", help="The catalogue as documents in MongoDB.")

_PARTS = ("indexes", "accounts", "licenses", "languages", "projects", "releases", "downloads")


@contextmanager
def plain_refusals() -> Iterator[None]:
    """End a command with one sentence for whoever runs the site."""
    with refusals_as_messages():
        try:
            yield
        except MongoUnavailable as error:
            raise click.ClickException(error.advice) from error


def show(steps: Sequence[int], label: str) -> Iterator[int]:
    """Show how far steps are."""
    return track(steps, label=label)


@cli.command("migrate")
@click.argument("parts", nargs=-1, type=click.Choice(_PARTS))
def migrate(parts: tuple[str, ...]) -> None:
    """Copy the catalogue, or PARTS of it; can be ended and run again at any time."""
    from app.mongo import migrating  # noqa: PLC0415

    with plain_refusals():
        tally = migrating.migrate(parts, show)
    click.echo(f"{tally.written:,} documents written, {tally.removed:,} removed.")
    tell_refused(tally.refused)


@cli.command("follow")
@click.option("--once", is_flag=True, help="Only up to now.")
def follow(*, once: bool) -> None:
    """Keep the documents current, until told to stop; the worker does it once a minute too."""
    from app.mongo import keeping  # noqa: PLC0415
    from app.mongo.connection import database  # noqa: PLC0415

    with plain_refusals():
        # What will never work is told now; what is away later is waited for.
        database()
        if once:
            tally = keeping.keep_up(show)
            click.echo(f"{tally.written:,} documents written, {tally.removed:,} removed.")
            tell_refused(tally.refused)
            return
        stop = Event()
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: stop.set())
        click.echo("Following the changes.")
        keeping.keep_following(stop)
    click.echo("Stopped.")


@cli.command("check")
@click.option("--repair", is_flag=True, help="Bring the documents in line with SQL.")
@click.option("--deep", is_flag=True, help="Read the documents whole, not their digests alone.")
@click.option("--names", default=20, show_default=True, help="How many differences to name.")
def check(*, repair: bool, deep: bool, names: int) -> None:
    """Compare all documents with SQL; status 1 when something differs."""
    from app.mongo import comparing  # noqa: PLC0415

    with plain_refusals():
        found = comparing.compare(show, is_deep=deep)
        for collection, (wanted, known) in found.counts.items():
            click.echo(f"{collection:<16} {wanted:>12,} in SQL {known:>12,} in MongoDB")
        for each in found.differences[:names]:
            click.echo(printable(f"{each.collection} {each.key}: {each.what}"))
        if found.differences:
            click.echo(f"{len(found.differences):,} differences.")
        if repair and found.differences:
            tally = comparing.repair(found, show)
            click.echo(f"{tally.written:,} documents written, {tally.removed:,} removed.")
            found = comparing.compare(is_deep=deep)
    tell_refused(found.refused)
    if found.differences:
        raise click.ClickException("MongoDB is not what SQL is: run it with --repair.")
    click.echo("MongoDB is what SQL is.")


@cli.command("summary")
@click.option("--index", "slugs", multiple=True, help="Slug of an index; all public ones if none.")
@click.option("--most", default=10, show_default=True, help="How many of each to show.")
def summary(slugs: tuple[str, ...], most: int) -> None:
    """Say which licences and languages the projects have, as MongoDB counts them."""
    from app.mongo import queries  # noqa: PLC0415
    from app.mongo.connection import told_plainly  # noqa: PLC0415

    with plain_refusals(), told_plainly():
        indexes = slugs or queries.list_public()
        shares = (queries.count_licenses(indexes), queries.count_languages(indexes))
    for title, found in zip(("Licences", "Languages"), shares, strict=True):
        click.echo(title)
        for share in found[:most]:
            click.echo(f"{share.projects:>10,}  {printable(share.name)}")


def tell_refused(refused: Sequence[DocumentTooLarge]) -> None:
    """Say what no document can hold; status 1 if there is such a thing."""
    for each in refused:
        click.echo(printable(str(each)), err=True)
    if refused:
        raise click.exceptions.Exit(1)
