"""`flask import`: publish a folder of distributions."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import click

from app.accounts.actors import OPERATOR, Actor
from app.accounts.queries import get_account
from app.core.commands import printable, refusals_as_messages
from app.core.database import transaction
from app.core.exceptions import DomainError, Unavailable
from app.core.faults import reach
from app.core.progress import track
from app.extensions import db
from app.indexes.queries import MAIN, get_index
from app.projects.claims import claim_name, release_claim
from app.uploads.exceptions import NameOfUpstream
from app.uploads.filenames import parse_filename
from app.uploads.intake import FILETYPES, Receipt, filetype_of, take_file


@dataclass
class Tally:
    """What became of the files so far."""

    published: int = 0
    present: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


@click.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--owner", metavar="NAME", help="Who owns the projects that are new.")
@click.option("--index", "slug", default=MAIN, show_default=True, help="Where to publish.")
@click.option("--claim", is_flag=True, help="Claim names that an upstream has.")
def import_folder(folder: Path, owner: str | None, slug: str, claim: bool) -> None:
    """Publish every wheel and source archive below a folder.

    What is there already is skipped, so an interrupted import is run again to
    go on.
    """
    with refusals_as_messages():
        get_index(slug)
        take = partial(_take_claimed if claim else take_file, _actor(owner), slug, via="import")
        tally = Tally()
        try:
            for path in track(_list_files(folder), label="Publishing"):
                reach("import.next")
                _publish(take, path, tally)
        finally:
            _report(tally)
    if tally.refused:
        raise click.exceptions.Exit(1)


def _actor(owner: str | None) -> Actor:
    """Return the operator, under the name of the account that will own what is new."""
    if owner is None:
        return OPERATOR
    account = get_account(owner)
    return Actor(account.id, account.username, is_admin=True, has_confirmed_email=True)


def _list_files(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.name.endswith(tuple(FILETYPES)) and path.is_file()
    )


def _take_claimed(actor: Actor, slug: str, path: Path, *, via: str) -> Receipt:
    """Publish a file, under a name that is claimed first if it is an upstream's."""
    with suppress(NameOfUpstream):
        return take_file(actor, slug, path, via=via)
    name = parse_filename(path.name, filetype_of(path)).name
    with transaction():
        claim_name(OPERATOR, get_index(slug), name, "Imported")
    reach("import.claimed")
    try:
        return take_file(actor, slug, path, via=via)
    except BaseException:
        # A claim without a project would only hide what the upstream has.
        with transaction():
            release_claim(OPERATOR, get_index(slug), name)
        raise


def _publish(take: Callable[[Path], Receipt], path: Path, tally: Tally) -> None:
    try:
        receipt = take(path)
    except Unavailable:
        # Neither disk nor database will be better for the next file.
        raise
    except (DomainError, OSError) as error:
        tally.refused.append((path.name, str(error)))
    else:
        tally.published += receipt.is_new
        tally.present += not receipt.is_new
    finally:
        db.session.close()


def _report(tally: Tally) -> None:
    click.echo(
        f"{tally.published} published, {tally.present} there already, {len(tally.refused)} refused."
    )
    for name, reason in tally.refused:
        # Whoever made the files chose their names.
        click.echo(printable(f"{name}: {reason}"), err=True)
