"""Commands about what is copied from upstreams: `flask mirror …`."""

from functools import partial
from pathlib import Path

import click
from flask.cli import AppGroup

from app.core.commands import refusals_as_messages
from app.core.progress import track, track_bytes
from app.indexes.models import Index
from app.indexes.queries import get_index
from app.indexes.slugs import variable_of
from app.indexes.upstreams import find_host
from app.mirror.loading import Follower, Loaded, load_names
from app.mirror.namefiles import Listed, load_file
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
@click.option(
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Tab-separated, with a first line that names the columns name, version, summary, rank.",
)
def names(slug: str, path: Path | None) -> None:
    """Load the names of all projects of an upstream, or of a file, so that searches find them."""
    follower = Follower(
        reading=partial(track_bytes, label="Reading the list"),
        writing=partial(track, label="Writing what changed"),
    )
    with refusals_as_messages():
        index = get_index(slug)
        if path is None:
            tell_loaded(load_names(index, follower))
        else:
            tell_listed(load_file(index, path, follower))
            tell_hidden(index)


def tell_loaded(loaded: Loaded) -> None:
    """Say what the list of an upstream came to."""
    click.echo(
        f"{loaded.count:,} names: {loaded.learned:,} new, {loaded.forgotten:,} no longer there."
    )


def tell_listed(listed: Listed) -> None:
    """Say what a file came to, and which of its lines nobody understands."""
    click.echo(f"{listed.count:,} names: {listed.learned:,} new, {listed.changed:,} changed.")
    if listed.repeated:
        click.echo(f"{listed.repeated:,} lines repeat a name; the first one of each counts.")
    if listed.bad:
        told = ", ".join(map(str, listed.bad_lines))
        more = ", …" if listed.bad > len(listed.bad_lines) else ""
        click.echo(f"{listed.bad:,} lines make no sense and were left out: {told}{more}", err=True)


def tell_hidden(index: Index) -> None:
    """Say so when nobody can install what a mirror knows."""
    if find_host(index) is None:
        click.echo(
            f"{index.slug} copies nothing yet: people find these projects, "
            f"and can install them once {variable_of(index.slug)} is set."
        )
