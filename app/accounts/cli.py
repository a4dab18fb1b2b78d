"""Commands about accounts: `flask user …`."""

import secrets
import sys

import click
from flask.cli import AppGroup

from app.accounts import queries, services
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


def make_password() -> str:
    """Return a random password of 96 bits."""
    return secrets.token_urlsafe(_GENERATED_BYTES)


def _read_password() -> str:
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise click.ClickException("no password came by standard input")
    return password
