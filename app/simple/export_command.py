"""`flask mirror export`: what is here as a folder that any web server can serve."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from app.core.commands import printable, refusals_as_messages
from app.core.progress import track
from app.indexes.queries import MAIN, get_index
from app.simple.exports import Export


@click.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.argument("names", nargs=-1)
@click.option("--index", "slug", default=MAIN, show_default=True, help="For whose readers.")
@with_appcontext
def export(folder: Path, names: tuple[str, ...], slug: str) -> None:
    """Write what is here of an index, or of NAMES in it, into FOLDER.

    Own files and those of upstreams that are here, as far as the policy lets them be
    served, whoever may read them. Run again, it writes what has changed and removes
    what is gone. Status 1 when one of NAMES is not here.
    """
    missing: list[str] = []
    with refusals_as_messages():
        get_index(slug)
        tree = Export(folder, slug)
        tree.open()
        for name in track(tree.list_names(names), label="Writing"):
            if not tree.write_project(name) and names:
                missing.append(name)
        tree.close()
    tally = tree.tally
    click.echo(
        f"{tally.projects} projects with {tally.files} files; "
        f"{tally.written} written, {tally.removed} removed."
    )
    for name in missing:
        click.echo(printable(f"{name}: nothing of it is here."), err=True)
    if missing:
        raise click.exceptions.Exit(1)
