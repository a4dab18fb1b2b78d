"""Commands about indexes: `flask index …`."""

import click
from flask.cli import AppGroup

from app.accounts.queries import get_account
from app.core.commands import refusals_as_messages
from app.core.database import transaction
from app.indexes import queries, services

cli = AppGroup("index", help="Who may read and publish here, and by which rules.")


@cli.command("show")
@click.argument("slug", default=queries.MAIN)
def show(slug: str) -> None:
    """Tell who may read an index, its rules, and who has a right in it."""
    with refusals_as_messages():
        index = queries.get_index(slug)
    click.echo(f"{index.slug}: {index.kind}, {index.visibility}")
    for rule, default in services.RULES.items():
        click.echo(f"rule {rule}: {'on' if index.settings.get(rule, default) else 'off'}")
    for username, right in queries.list_rights(index.id):
        click.echo(f"{right} {username}")


@cli.command("visibility")
@click.argument("slug")
@click.argument("visibility", type=click.Choice(queries.VISIBILITIES))
def set_visibility(slug: str, visibility: str) -> None:
    """Open an index to everyone, to those who are signed in, or to its members."""
    with refusals_as_messages(), transaction():
        services.change_visibility(queries.get_index(slug), visibility)


@cli.command("rule")
@click.argument("slug")
@click.argument("rule", type=click.Choice(list(services.RULES)))
@click.argument("state", type=click.Choice(["on", "off"]))
def set_rule(slug: str, rule: str, state: str) -> None:
    """Switch a rule of an index on or off."""
    with refusals_as_messages(), transaction():
        services.change_rule(queries.get_index(slug), rule, is_on=state == "on")


@cli.command("grant")
@click.argument("slug")
@click.argument("name")
@click.argument("right", type=click.Choice(services.RIGHTS))
def grant(slug: str, name: str, right: str) -> None:
    """Let the account NAME read, upload new projects to, or administer an index."""
    with refusals_as_messages(), transaction():
        services.grant_right(queries.get_index(slug), get_account(name), right)


@cli.command("revoke")
@click.argument("slug")
@click.argument("name")
def revoke(slug: str, name: str) -> None:
    """Take the right of the account NAME in an index."""
    with refusals_as_messages(), transaction():
        services.take_right(queries.get_index(slug), get_account(name))
