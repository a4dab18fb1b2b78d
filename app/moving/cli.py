"""The command `flask db move`."""

from collections.abc import Iterable, Iterator, Sequence, Sized

import click
from flask.cli import with_appcontext
from typing_extensions import override

from app.core.commands import refusals_as_messages
from app.core.progress import track, track_parts
from app.moving import services
from app.moving.reports import Moved, Progress
from app.moving.target import make_target, shown_address


@click.command("move")
@click.argument("url")
@with_appcontext
def move(url: str) -> None:
    """Copy this installation from SQLite to PostgreSQL: postgresql://user:password@host/name.

    The site is read-only meanwhile, and stays so: set DATABASE_URL then, and start
    again. What was interrupted goes on when the command is given again.
    """
    with refusals_as_messages():
        moved = services.move(make_target(url), _Shown())
    _report(moved, url)


class _Shown(Progress):
    @override
    def parts(self, parts: Iterator[Sized], total: int, label: str) -> None:
        for _part in track_parts(parts, total, label=label):
            pass

    @override
    def steps(self, steps: Sequence[str], label: str) -> Iterable[str]:
        return track(steps, label=label)


def _report(moved: Moved, url: str) -> None:
    for table in moved.tables:
        if table.count:
            click.echo(f"{table.name:20} {table.count:>12,}  {table.digest}")
    if moved.mended:
        click.echo(f"{moved.mended} texts lost a NUL, which PostgreSQL cannot keep.")
    rows = sum(table.count for table in moved.tables)
    click.echo(f"{rows:,} rows are the same on both sides.")
    click.echo(f"Set DATABASE_URL={shown_address(url)} and start again.")
