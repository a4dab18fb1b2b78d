"""Commands about the shelf: `flask shelf …`."""

import click
from flask.cli import AppGroup

from app.core.commands import refusals_as_messages
from app.core.progress import track
from app.indexes.queries import MAIN
from app.projects.names import normalise
from app.simple import inspection

cli = AppGroup("shelf", help="Index pages that lie ready for installers.")


@cli.command("rebuild")
@click.argument("names", nargs=-1)
@click.option("--index", "slug", default=MAIN, show_default=True)
def rebuild(names: tuple[str, ...], slug: str) -> None:
    """Lay the pages of NAMES anew, or of all projects and their list."""
    with refusals_as_messages():
        if not names:
            inspection.renew_list(slug)
        wanted = [normalise(name) for name in names] or inspection.list_names(slug)
        laid = sum(inspection.renew_page(slug, name) for name in track(wanted, label="Laying"))
    click.echo(f"{laid} pages laid.")


@cli.command("verify")
@click.option("--index", "slug", default=MAIN, show_default=True)
def verify(slug: str) -> None:
    """Compare the shelf with the database; status 1 when something differs.

    What is missing is no fault: it is made when somebody asks for it.
    """
    faults = 0
    with refusals_as_messages():
        for fault in inspection.find_faults(slug):
            click.echo(fault)
            faults += 1
    click.echo(f"{faults} differences.")
    if faults:
        raise click.exceptions.Exit(1)
