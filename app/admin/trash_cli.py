"""Commands about what was removed: `flask trash …`."""

import click
from flask.cli import AppGroup

from app.accounts.actors import OPERATOR
from app.core.commands import printable, refusals_as_messages
from app.core.database import transaction
from app.indexes.queries import MAIN, get_index
from app.projects import trash
from app.projects.exceptions import NotInTrash, ProjectNotFound
from app.projects.jobs import empty_trash
from app.projects.models import Project, Release
from app.projects.queries import find_any_release, find_claim, find_file
from app.projects.trashed import PROJECT, RELEASE, Removed, is_of, list_removed, weigh_trash

cli = AppGroup("trash", help="What was removed, until its bytes are given up.")

_MB = 1_000_000
_MOST = 1_000
_index = click.option("--index", "slug", default=MAIN, show_default=True)


@cli.command("list")
@click.argument("name", required=False)
@click.option("--index", "slug", default=MAIN, show_default=True, help="With NAME.")
def show(name: str | None, slug: str) -> None:
    """List what is in the trash, of all or of the project NAME, and how much it is."""
    with refusals_as_messages():
        which = () if name is None else (is_of(_get_project(slug, name).id),)
        for removed in list_removed(*which, limit=_MOST):
            click.echo(printable(_tell(removed)))
        weight = weigh_trash(*which)
    click.echo(
        f"{weight.files:,} files of {weight.size / _MB:,.1f} MB;"
        f" {weight.freed / _MB:,.1f} MB would be free without them."
    )


@cli.command("restore")
@click.argument("name")
@click.argument("version", required=False)
@click.option("--file", "filename", help="Only this file.")
@_index
def restore(name: str, version: str | None, filename: str | None, slug: str) -> None:
    """Bring the project NAME back, or its release VERSION, or one file, as they were."""
    with refusals_as_messages(), transaction():
        project = _get_project(slug, name)
        if filename is not None:
            file = find_file(project.index_id, filename)
            if file is None or file.release.project_id != project.id:
                raise NotInTrash
            trash.restore_file(OPERATOR, file.id)
        elif version is not None:
            trash.restore_release(OPERATOR, _get_release(project, version).id)
        else:
            trash.restore_project(OPERATOR, project.id)
    click.echo("It is back.")


@cli.command("empty")
@click.argument("name", required=False)
@click.argument("version", required=False)
@_index
@click.option("--yes", is_flag=True, help="Do not ask.")
def empty(name: str | None, version: str | None, slug: str, *, yes: bool) -> None:
    """Give up the bytes of all that is due, as the daily job does.

    With NAME, of all of this project that is in the trash, or of its release VERSION, at
    once and for good.
    """
    if name is None:
        empty_trash()
        click.echo("All that was due is gone.")
        return
    if not yes:
        click.confirm(
            f"The bytes of {name} in the trash are gone for good then. Go on?", abort=True
        )
    with refusals_as_messages(), transaction():
        project = _get_project(slug, name)
        if version is None:
            freed = trash.purge(OPERATOR, PROJECT, project.id)
        else:
            freed = trash.purge(OPERATOR, RELEASE, _get_release(project, version).id)
    click.echo(f"The bytes of {freed:,} files are gone.")


def _get_project(slug: str, name: str) -> Project:
    project = find_claim(get_index(slug).id, name)
    if project is None:
        raise ProjectNotFound
    return project


def _get_release(project: Project, version: str) -> Release:
    release = find_any_release(project.id, version)
    if release is None:
        raise NotInTrash
    return release


def _tell(removed: Removed) -> str:
    words = (removed.index_slug, removed.project, removed.version, removed.filename)
    what = " ".join(word for word in words if word)
    times = f"removed {removed.removed_at:%Y-%m-%d}, stays until {removed.until:%Y-%m-%d}"
    return f"{what}: {removed.files:,} files, {removed.size / _MB:,.1f} MB, {times}"
