"""`flask mirror prune`: remove files of upstreams."""

from datetime import timedelta

import click
from flask.cli import with_appcontext

from app.core.progress import track
from app.mirror.pruning import Cut, Freed

_MB = 1_000_000


@click.command("prune")
@click.option("--unused-days", type=click.IntRange(0, 36_500), help="Not used for so many days.")
@click.option("--project", metavar="NAME", help="Only of one project.")
@click.option("--all", "is_all", is_flag=True, help="Of all projects, whenever they were used.")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@with_appcontext
def prune(unused_days: int | None, project: str | None, *, is_all: bool, dry_run: bool) -> None:
    """Remove stored files of upstreams; they are fetched again when somebody asks.

    Pinned files stay, and so do those that were used within two minutes.
    """
    if unused_days is None and project is None and not is_all:
        raise click.UsageError("Say --unused-days, --project or --all.")
    cut = Cut(project=project, unused=timedelta(days=unused_days or 0))
    expected = cut.count()
    if dry_run:
        click.echo(f"{_told(expected)} would go.")
        return
    files = size = 0
    removal = cut.make()
    for _number in track(range(expected.files), label="Removing"):
        freed = next(removal, None)
        if freed is None:
            break
        files, size = files + freed.files, size + freed.bytes
    click.echo(f"{_told(Freed(files, size))} removed.")


def _told(freed: Freed) -> str:
    return f"{freed.files} files ({freed.bytes / _MB:.1f} MB)"
