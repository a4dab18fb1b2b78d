"""The command `seed`."""

import click

from app.core.database import transaction
from app.seed import services
from app.seed.demos import list_demos
from app.seed.publishing import furnish


@click.command("seed")
def seed() -> None:
    """Fill the index with demo people and projects; what is there stays as it is."""
    fill()


def fill() -> None:
    """Furnish the house and say what was new."""
    with transaction():
        password = services.open_admin()
        people = services.open_demo_accounts()
    files = sum(furnish(demo) for demo in list_demos())
    click.echo(f"Seeded {people} people and {files} files.")
    if password is not None:
        click.echo(f"\n  Log in as {services.ADMIN} with the password  {password}\n")
