"""Commands about tokens: `flask token …`."""

import click
from flask.cli import AppGroup

from app.accounts import keys
from app.accounts.tokens import SCOPES
from app.core import clock
from app.core.commands import refusals_as_messages
from app.core.database import transaction
from app.indexes.queries import get_index
from app.projects.names import is_valid, normalise

cli = AppGroup("token", help="Keys for programs.")

_LONGEST_DAYS = 36_500


@cli.command("create")
@click.argument("name")
@click.option("--index", "index_slug", help="Limit it to an index.")
@click.option("--project", help="Limit it to a project, which need not be there yet.")
@click.option("--scope", type=click.Choice(SCOPES), default="upload", show_default=True)
@click.option("--days", type=click.IntRange(1, _LONGEST_DAYS), help="Let it end after some days.")
def create(
    name: str, index_slug: str | None, project: str | None, scope: str, days: int | None
) -> None:
    """Make a token for the account NAME and print it, alone."""
    if project is not None and not is_valid(project):
        raise click.BadParameter("this cannot be a project's name", param_hint="--project")
    with refusals_as_messages(), transaction():
        secret = keys.give_token(
            name,
            f"made by command {clock.now():%Y-%m-%d %H:%M:%S}",
            scope=scope,
            index_slug=get_index(index_slug).slug if index_slug else None,
            project=normalise(project) if project else None,
            days=days,
        )
    click.echo(secret)
