"""Commands about pages: `flask pages …`."""

import click
from flask.cli import AppGroup

from app.core.commands import printable, refusals_as_messages
from app.core.database import transaction
from app.pages import services
from app.pages.listing import list_lines

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
