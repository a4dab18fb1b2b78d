"""Commands about what is copied from upstreams: `flask mirror …`."""

from functools import partial

import click
from flask.cli import AppGroup

from app.core.commands import refusals_as_messages
from app.core.progress import track, track_bytes
from app.indexes.queries import get_index
from app.mirror.loading import Follower, load_names
from app.mirror.prefetch_command import prefetch
from app.mirror.prune_command import prune
from app.mirror.refresh_command import refresh_projects
from app.mirror.status_command import status

cli = AppGroup("mirror", help="What is copied from upstreams.")
for command in (status, refresh_projects, prefetch, prune):
    cli.add_command(command)

PUBLIC = "pypi"


@cli.command("names")
@click.option("--index", "slug", default=PUBLIC, show_default=True, help="Slug of the mirror.")
def names(slug: str) -> None:
    """Load the names of all projects of an upstream, so that searches find them."""
    follower = Follower(
        reading=partial(track_bytes, label="Reading the list"),
        writing=partial(track, label="Writing what changed"),
    )
    with refusals_as_messages():
        loaded = load_names(get_index(slug), follower)
    click.echo(
        f"{loaded.count:,} names: {loaded.learned:,} new, {loaded.forgotten:,} no longer there."
    )
