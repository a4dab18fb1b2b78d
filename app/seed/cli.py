"""The command `seed`."""

import click

from app.core.commands import printable, refusals_as_messages
from app.core.database import transaction
from app.search.popular import list_popular
from app.seed import services
from app.seed.demos import list_demos
from app.seed.mirroring import copy_page, copy_popular, copy_wheels
from app.seed.publishing import furnish

_MB = 1_000_000


@click.command("seed")
@click.option(
    "--real",
    "count",
    type=click.IntRange(1, len(list_popular())),
    help="Copy so many of the most popular public projects instead, through the mirror.",
)
@click.option("--files", "with_files", is_flag=True, help="And the wheels of their newest release.")
def seed(count: int | None, *, with_files: bool) -> None:
    """Fill the index with demo people and projects; what is there stays as it is."""
    if count is not None:
        copy(count, with_files=with_files)
    elif with_files:
        raise click.UsageError("--files goes with --real.")
    else:
        fill()


def copy(count: int, *, with_files: bool) -> None:
    """Copy popular projects and say what came; status 1 when something could not be had."""
    with refusals_as_messages():
        done = list(copy_popular(count, copy_wheels if with_files else copy_page))
    lacks = [lack for copied in done for lack in copied.lacks]
    for lack in lacks:
        # Upstreams choose the names of their files.
        click.echo(printable(f"{lack.what}: {lack.why}"), err=True)
    new = [one for copied in done for one in copied.deliveries if one.is_new]
    here = sum(1 for copied in done if not copied.lacks)
    size = sum(one.size for one in new) / _MB
    click.echo(f"{here} of {count} projects are here; {len(new)} files fetched ({size:.1f} MB).")
    if lacks:
        raise click.exceptions.Exit(1)


def fill() -> None:
    """Furnish the house and say what was new."""
    with transaction():
        password = services.open_admin()
        people = services.open_demo_accounts()
    files = sum(furnish(demo) for demo in list_demos())
    click.echo(f"Seeded {people} people and {files} files.")
    if password is not None:
        click.echo(f"\n  Log in as {services.ADMIN} with the password  {password}\n")
