"""Commands about indexes and the projects in them, beside those of `app.indexes.cli`."""

from collections.abc import Iterator

import click

from app.accounts.actors import OPERATOR
from app.core.commands import printable, refusals_as_messages
from app.core.database import transaction
from app.indexes import services
from app.indexes.cli import cli
from app.indexes.models import Index
from app.indexes.queries import (
    HOSTED,
    MAIN,
    MIRROR,
    get_index,
    list_bases,
    list_claims,
    list_dependents,
    list_paths,
    list_rights,
)
from app.indexes.upstreams import find_host
from app.manage.origins import describe_origin
from app.projects import claims
from app.projects.queries import count_projects
from app.sources.registry import source_for


@cli.command("show")
@click.argument("slug", default=MAIN)
def show(slug: str) -> None:
    """Tell who may read an index, where it looks, its rules, and who has a right in it."""
    with refusals_as_messages():
        index = get_index(slug)
    for line in _describe(index):
        click.echo(line)


@cli.command("remove")
@click.argument("slug")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--with-projects", is_flag=True, help="Remove what is published in it too.")
def remove(slug: str, yes: bool, with_projects: bool) -> None:
    """Remove the index SLUG with all that is in it; those that look into it go on without it."""
    with refusals_as_messages():
        index = get_index(slug)
        for line in _list_losses(index):
            click.echo(line, err=True)
        confirmation = slug if yes else click.prompt("Type its slug to remove it", err=True)
        with transaction():
            dependents = services.remove_index(
                get_index(slug), confirmation, with_projects=with_projects
            )
    click.echo(f"{slug} is removed.")
    for dependent in dependents:
        click.echo(f"Note: {dependent} works without it from now on.", err=True)


@cli.command("claim")
@click.argument("name")
@click.option("--index", "slug", default=MAIN, show_default=True)
@click.option("--reason", default="", help="Why; it is shown to administrators.")
def claim(name: str, slug: str, reason: str) -> None:
    """Make NAME an index's own, whatever an upstream has under it."""
    with refusals_as_messages(), transaction():
        claimed = claims.claim_name(OPERATOR, get_index(slug), name, reason)
    click.echo(f"{claimed} belongs to {slug}.")
    if source_for(get_index(slug)).upstream_holds(claimed):
        click.echo(f"Note: an upstream has {claimed} too; that is out of sight now.", err=True)


@cli.command("unclaim")
@click.argument("name")
@click.option("--index", "slug", default=MAIN, show_default=True)
def unclaim(name: str, slug: str) -> None:
    """Take the claim of NAME back: upstreams are asked for it again."""
    with refusals_as_messages(), transaction():
        freed = claims.release_claim(OPERATOR, get_index(slug), name)
    click.echo(f"{slug} does not claim {freed} any more.")


@cli.command("claims")
@click.option("--index", "slug", default=MAIN, show_default=True)
def list_claimed(slug: str) -> None:
    """List the names that an index claims."""
    with refusals_as_messages():
        index = get_index(slug)
    for claim, username in list_claims(index.id):
        facts = (claim.normalized_name, f"{claim.claimed_at:%Y-%m-%d}", username, claim.reason)
        click.echo("  ".join(printable(fact) for fact in facts if fact))


@cli.command("origin")
@click.argument("name")
@click.option("--index", "slug", default=MAIN, show_default=True)
def origin(name: str, slug: str) -> None:
    """Tell where an index has NAME from, without asking any upstream."""
    with refusals_as_messages():
        click.echo(describe_origin(get_index(slug), name))


def _describe(index: Index) -> Iterator[str]:
    yield f"{index.slug}: {index.kind}, {index.visibility}"
    yield f"title: {printable(index.title)}"
    for base in list_bases(index.id):
        yield f"base {base.slug}"
    for path in list_paths(index):
        yield f"path {' > '.join(each.slug for each in path)}"
    if index.kind == MIRROR:
        yield f"upstream: {find_host(index) or 'off'}"
    for rule, default in services.RULES.items():
        yield f"rule {rule}: {'on' if index.settings.get(rule, default) else 'off'}"
    yield f"minimum age: {index.settings.get(services.AGE, 'default')}"
    if index.kind == HOSTED:
        yield f"projects: {count_projects(index.id)}"
    for claim, _username in list_claims(index.id):
        yield f"claim {claim.normalized_name}"
    for username, right in list_rights(index.id):
        yield f"{right} {username}"


def _list_losses(index: Index) -> Iterator[str]:
    for dependent in list_dependents(index.id):
        yield f"{dependent.slug} looks into {index.slug}, and will go on without it."
    count = count_projects(index.id)
    if count:
        yield f"{count} projects are published in {index.slug}."
