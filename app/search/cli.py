"""Commands about searching: `flask search …`."""

from collections.abc import Iterable, Sequence

import click
from flask.cli import AppGroup

from app.core.progress import track
from app.search.rebuilding import rebuild

cli = AppGroup("search", help="What can be found.")


@cli.command("rebuild")
def rebuild_index() -> None:
    """List all projects anew, with all words and counts, while searches go on."""
    rebuilt = rebuild(_follow)
    click.echo(f"{rebuilt.listed:,} projects can be found; {rebuilt.forgotten:,} are gone.")


def _follow(steps: Sequence[int], label: str) -> Iterable[int]:
    return track(steps, label=label)
