"""Commands about indexes: `flask index …`. Those that show projects too are in `manage`."""

import click
from flask.cli import AppGroup

from app.accounts.queries import get_account
from app.core.commands import printable, refusals_as_messages
from app.core.database import transaction
from app.indexes import queries, reservations, services
from app.indexes.bases import change_bases
from app.indexes.slugs import variable_of
from app.indexes.upstreams import change_upstream, find_host, is_configured

cli = AppGroup("index", help="Places for projects: who may use them, and where they look.")


@cli.command("list")
def list_all() -> None:
    """Tell which indexes there are, and where each looks for what it has not."""
    bases = queries.list_edges()
    for index in queries.list_indexes():
        behind = ", ".join(base.slug for base in bases.get(index.id, ()))
        host = find_host(index) if index.kind == queries.MIRROR else None
        where = f" < {behind or host}" if behind or host else ""
        click.echo(f"{index.slug}: {index.kind}, {index.visibility}{where}")


@cli.command("create")
@click.argument("slug")
@click.option("--title", help="How people call it; the slug unless given.")
@click.option("--kind", type=click.Choice(queries.KINDS), default="hosted", show_default=True)
@click.option("--upstream", help="The address of the simple index that a mirror copies.")
@click.option("--base", "bases", multiple=True, help="Where to look for what it has not; repeat.")
@click.option("--visibility", type=click.Choice(queries.VISIBILITIES), default="public")
def create(
    slug: str,
    title: str | None,
    kind: str,
    upstream: str | None,
    bases: tuple[str, ...],
    visibility: str,
) -> None:
    """Make the index SLUG."""
    with refusals_as_messages(), transaction():
        index = services.open_index(slug, title or slug, kind=kind, visibility=visibility)
        if bases:
            change_bases(index, bases)
        if upstream:
            change_upstream(index, upstream)


@cli.command("title")
@click.argument("slug")
@click.argument("title")
def set_title(slug: str, title: str) -> None:
    """Call the index SLUG something else."""
    with refusals_as_messages(), transaction():
        services.change_title(queries.get_index(slug), title)


@cli.command("bases")
@click.argument("slug")
@click.argument("bases", nargs=-1)
@click.option("--none", "has_none", is_flag=True, help="Let it have no bases.")
def set_bases(slug: str, bases: tuple[str, ...], has_none: bool) -> None:
    """Let the index SLUG look into BASES, in this order, for what it has not itself."""
    if bool(bases) == has_none:
        raise click.UsageError("Name the bases, or say --none.")
    with refusals_as_messages(), transaction():
        change_bases(queries.get_index(slug), bases)


@cli.command("upstream")
@click.argument("slug")
@click.argument("url")
def set_upstream(slug: str, url: str) -> None:
    """Let the mirror SLUG copy the simple index at URL; an empty URL switches it off."""
    with refusals_as_messages(), transaction():
        change_upstream(queries.get_index(slug), url)
    if is_configured(slug):
        click.echo(f"Note: {variable_of(slug)} is set, and counts before this.", err=True)


@cli.command("visibility")
@click.argument("slug")
@click.argument("visibility", type=click.Choice(queries.VISIBILITIES))
def set_visibility(slug: str, visibility: str) -> None:
    """Open an index to everyone, to those who are signed in, or to its members."""
    with refusals_as_messages(), transaction():
        services.change_visibility(queries.get_index(slug), visibility)


@cli.command("rule")
@click.argument("slug")
@click.argument("rule", type=click.Choice(list(services.RULES)))
@click.argument("state", type=click.Choice(["on", "off"]))
def set_rule(slug: str, rule: str, state: str) -> None:
    """Switch a rule of an index on or off."""
    with refusals_as_messages(), transaction():
        services.change_rule(queries.get_index(slug), rule, is_on=state == "on")


@cli.command("age")
@click.argument("slug")
@click.argument("days")
def set_age(slug: str, days: str) -> None:
    """Show files of upstreams when they are DAYS old; `default` leaves it to the bases."""
    if days != "default" and not days.isdecimal():
        raise click.BadParameter("a number of days, or the word default", param_hint="DAYS")
    with refusals_as_messages(), transaction():
        wanted = None if days == "default" else int(days)
        services.change_age(queries.get_index(slug), wanted)


@cli.command("grant")
@click.argument("slug")
@click.argument("name")
@click.argument("right", type=click.Choice(queries.RIGHTS))
def grant(slug: str, name: str, right: str) -> None:
    """Let the account NAME read, upload new projects to, or administer an index."""
    with refusals_as_messages(), transaction():
        services.grant_right(queries.get_index(slug), get_account(name), right)


@cli.command("revoke")
@click.argument("slug")
@click.argument("name")
def revoke(slug: str, name: str) -> None:
    """Take the right of the account NAME in an index."""
    with refusals_as_messages(), transaction():
        services.take_right(queries.get_index(slug), get_account(name))


@cli.command("reserve")
@click.argument("pattern")
@click.option("--reason", default="", help="Why; it is shown to administrators.")
def reserve(pattern: str, reason: str) -> None:
    """Never ask an upstream for names like PATTERN, such as 'acme-*'."""
    with refusals_as_messages(), transaction():
        reserved = reservations.reserve(pattern, reason)
    click.echo(f"{reserved} is reserved.")


@cli.command("unreserve")
@click.argument("pattern")
def unreserve(pattern: str) -> None:
    """Let upstreams be asked again for names like PATTERN."""
    with refusals_as_messages(), transaction():
        freed = reservations.free(pattern)
    click.echo(f"{freed} is not reserved any more.")


@cli.command("reserved")
def reserved() -> None:
    """List the patterns of names that no upstream is asked for."""
    for row in queries.list_reserved():
        click.echo(f"{row.pattern}  {printable(row.reason)}".rstrip())
