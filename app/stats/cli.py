"""Commands about downloads: `flask stats …`."""

import click
from flask.cli import AppGroup

from app.core.commands import refusals_as_messages
from app.core.progress import track
from app.indexes.queries import MAIN, get_index
from app.stats.rebuilding import list_months, rebuild_month
from app.stats.series import list_totals

cli = AppGroup("stats", help="Downloads that were counted.")

_MB = 1_000_000


@cli.command("rebuild")
def rebuild() -> None:
    """Make all sums of downloads anew from what was counted; can be repeated at any time."""
    months = list_months()
    wrong = sum(rebuild_month(month) for month in track(months, label="Summing up months"))
    click.echo(f"The sums of {len(months):,} months are made anew; {wrong:,} were wrong.")


@cli.command("show")
@click.option("--index", "slug", default=MAIN, show_default=True, help="Slug of the index.")
def show(slug: str) -> None:
    """Say how much was downloaded in each of the last months."""
    with refusals_as_messages():
        totals = list_totals(get_index(slug).slug)
    for total in totals:
        weight = f"{total.bytes / _MB:,.1f} MB"
        click.echo(f"{total.day:%Y-%m}  {total.count:>12,} downloads  {weight:>16}")
    if not totals:
        click.echo("Nothing was downloaded yet.")
