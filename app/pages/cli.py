"""Commands about pages: `flask pages …`."""

from pathlib import Path

import click
from flask.cli import AppGroup

from app.core.commands import printable, refusals_as_messages
from app.core.database import transaction
from app.pages import services
from app.pages.exporting import gather_bundle, write_bundle
from app.pages.importing import apply_bundle, store_pictures
from app.pages.listing import list_lines
from app.pages.reading import read_bundle

cli = AppGroup("pages", help="The pages that people write.")


@cli.command("list")
def list_command() -> None:
    """Tell all pages, and how each stands in every language."""
    for line in list_lines():
        stands = ", ".join(f"{locale} {state}" for locale, state in line.states.items())
        click.echo(printable(f"{line.path.address}: {stands}"))


@cli.command("reset")
@click.argument("path", required=False)
def reset(path: str | None) -> None:
    """Show what came with the software again, at PATH or everywhere."""
    with refusals_as_messages(), transaction():
        changed = services.reset_all() if path is None else services.reset(f"/{path.strip('/')}")
    click.echo(f"Reset: {len(changed)}.")


@cli.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--replace", is_flag=True, help="Remove the pages that are in the folder before.")
def export(folder: Path, *, replace: bool) -> None:
    """Write all that somebody has written as files into FOLDER."""
    with refusals_as_messages():
        count = write_bundle(gather_bundle(), folder, replace=replace)
    click.echo(f"{count} files written.")


@cli.command("import")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
def import_command(folder: Path, *, dry_run: bool) -> None:
    """Bring in pages, menus, redirects and pictures from FOLDER, all of them or none."""
    with refusals_as_messages():
        bundle = read_bundle(folder)
        if not dry_run:
            store_pictures(bundle)
        try:
            with transaction():
                changed = apply_bundle(bundle)
                if dry_run:
                    raise _DryRun
        except _DryRun:
            click.echo("Nothing is changed; this would be:")
    for told in changed:
        click.echo(printable(told))
    click.echo(f"Changed: {len(changed)}.")


class _DryRun(Exception):
    """What was tried is to be taken back."""
