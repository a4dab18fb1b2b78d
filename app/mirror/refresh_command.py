"""`flask mirror refresh`: ask upstreams now."""

from functools import partial

import click
from flask.cli import with_appcontext

from app.core.commands import printable, refusals_as_messages
from app.core.crews import Bell, work_through
from app.core.exceptions import DomainError
from app.indexes.queries import MAIN, get_index
from app.mirror.refreshing import Change, list_here, refresh
from app.projects.names import normalise


@click.command("refresh")
@click.argument("names", nargs=-1)
@click.option("--all", "is_all", is_flag=True, help="All projects of upstreams that are here.")
@click.option("--index", "slug", default=MAIN, show_default=True, help="Whose upstreams.")
@with_appcontext
def refresh_projects(names: tuple[str, ...], slug: str, *, is_all: bool) -> None:
    """Ask upstreams for NAMES now, however fresh they are here, and say what changed.

    Status 1 when something could not be found out.
    """
    if bool(names) == is_all:
        raise click.UsageError("Name projects, or say --all.")
    with refusals_as_messages():
        get_index(slug)
        wanted = list_here(slug) if is_all else list(dict.fromkeys(map(normalise, names)))
        results = list(work_through(wanted, partial(_refresh, slug), label="Asking"))
    changed = failed = 0
    for name, result in results:
        if isinstance(result, Change):
            changed += result.is_one
            if result.is_one or not is_all:
                click.echo(printable(f"{name}: {describe(result)}"))
        else:
            failed += 1
            click.echo(printable(f"{name}: {result}"), err=True)
    click.echo(f"{len(results)} asked for, {changed} changed, {failed} failed.")
    if failed:
        raise click.exceptions.Exit(1)


def describe(change: Change) -> str:
    """Return a change in words."""
    if change.is_gone:
        return "is not there any more."
    counts = {
        "more": change.added,
        "fewer": change.removed,
        "yanked": change.yanked,
        "not yanked any more": change.unyanked,
        "changed": change.other,
    }
    told = [f"{count} file{'s' * (count != 1)} {what}" for what, count in counts.items() if count]
    return ", ".join(told or ["as before"]) + "."


def _refresh(slug: str, name: str, _bell: Bell) -> Change | str:
    try:
        return refresh(slug, name)
    except DomainError as error:
        return str(error)
