"""Commands about accounts: `flask user …`."""

import secrets
import sys

import click
from flask.cli import AppGroup

from app.accounts import administration, queries, services
from app.accounts.actors import OPERATOR
from app.core.commands import refusals_as_messages
from app.core.database import transaction

cli = AppGroup("user", help="People who can log in.")

_GENERATED_BYTES = 12


@cli.command("create")
@click.argument("name")
@click.argument("email")
@click.option("--admin", is_flag=True, help="Let the account do everything.")
@click.option("--no-upload", is_flag=True, help="Do not let it publish new names in main.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def create(name: str, email: str, admin: bool, no_upload: bool, password_stdin: bool) -> None:
    """Open an account with a confirmed address; prints the password that it made."""
    password = _read_password() if password_stdin else make_password()
    with refusals_as_messages(), transaction():
        services.open_account(
            name, email, password=password, is_admin=admin, may_publish=not no_upload
        )
    if not password_stdin:
        click.echo(password)


@cli.command("allow-upload")
@click.argument("name")
@click.option("--index", "index_slug", default="main", show_default=True)
def allow_upload(name: str, index_slug: str) -> None:
    """Let an account publish new names in an index."""
    with refusals_as_messages(), transaction():
        services.allow_upload(name, index_slug)


@cli.command("password")
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def set_password(name: str, password_stdin: bool) -> None:
    """Set a password and end all sessions; prints the password that it made."""
    password = _read_password() if password_stdin else make_password()
    with refusals_as_messages(), transaction():
        services.give_password(queries.get_account(name).id, password)
    if not password_stdin:
        click.echo(password)


@cli.command("freeze")
@click.argument("name")
@click.option("--reason", required=True, help="Why, for the journal and other administrators.")
def freeze(name: str, reason: str) -> None:
    """Let nobody use an account: its sessions end, and its tokens open nothing."""
    with refusals_as_messages(), transaction():
        administration.freeze(OPERATOR, queries.get_account(name).id, reason)


@cli.command("unfreeze")
@click.argument("name")
def unfreeze(name: str) -> None:
    """Let an account be used again."""
    with refusals_as_messages(), transaction():
        administration.unfreeze(OPERATOR, queries.get_account(name).id)


@cli.command("admin")
@click.argument("name")
@click.argument("state", type=click.Choice(["on", "off"]))
def admin(name: str, state: str) -> None:
    """Let an account do everything, or no more than others."""
    is_on = state == "on"
    deed = administration.make_administrator if is_on else administration.unmake_administrator
    with refusals_as_messages(), transaction():
        deed(OPERATOR, queries.get_account(name).id)


def make_password() -> str:
    """Return a random password of 96 bits."""
    return secrets.token_urlsafe(_GENERATED_BYTES)


def _read_password() -> str:
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise click.ClickException("no password came by standard input")
    return password
