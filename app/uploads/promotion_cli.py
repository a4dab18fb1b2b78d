"""Commands about promotions, in the group `flask index …`."""

import click

from app.accounts.actors import OPERATOR, Actor
from app.accounts.queries import get_account
from app.core.commands import printable, refusals_as_messages
from app.core.database import transaction
from app.indexes.queries import MAIN, get_index
from app.projects.names import normalise
from app.uploads import promotion as services
from app.uploads.models import Promotion
from app.uploads.plans import Plan, find_promotable, make_plan
from app.uploads.promotion import Consequences
from app.uploads.queries import list_promotions

_STAGING = "staging"
_as_option = click.option("--as", "username", metavar="NAME", help="Act as this account.")


@click.command("promote")
@click.argument("project")
@click.argument("version")
@click.option("--from", "source", default=_STAGING, show_default=True, help="Where it is.")
@click.option("--to", "target", default=MAIN, show_default=True, help="Where it is to go.")
@click.option("--reason", default="", help="Why; it is kept with the promotion.")
@_as_option
def promote(
    project: str, version: str, source: str, target: str, reason: str, username: str | None
) -> None:
    """Bring the release VERSION of PROJECT from an index to another one.

    No bytes are copied, and files keep the time of their upload. What should be
    known is told and forbids nothing. It can be undone for 24 hours.
    """
    with refusals_as_messages():
        actor = _act_as(username)
        _warn(_look(actor, project, version, source, target))
        with transaction():
            done = services.promote(
                actor, project, version, source=source, target=target, reason=reason
            )
            told = None if done is None else (done.id, len(done.files))
    if told is None:
        click.echo(f"All of it is in {target} already.")
        return
    number, count = told
    click.echo(f"Promotion {number} is done, files brought to {target}: {count}.")


@click.command("undo-promotion")
@click.argument("number", type=click.IntRange(1, 2**31 - 1))
@_as_option
def undo_promotion(number: int, username: str | None) -> None:
    """Take back what the promotion NUMBER brought, at most 24 hours ago."""
    with refusals_as_messages():
        actor = _act_as(username)
        with transaction():
            consequences = services.undo_promotion(actor, number)
    click.echo(f"Promotion {number} is undone, files removed: {len(consequences.files)}.")
    _tell(consequences)


@click.command("promotions")
@click.option("--project", help="Only those of one project.")
def promotions(project: str | None) -> None:
    """List the newest promotions: number, time, release, way, who and why."""
    for each in list_promotions(project=None if project is None else normalise(project)):
        click.echo(printable(_line(each)))


def _act_as(username: str | None) -> Actor:
    if username is None:
        return OPERATOR
    account = get_account(username)
    return Actor(
        account.id,
        account.username,
        is_admin=account.is_admin,
        has_confirmed_email=account.primary_email.confirmed_at is not None,
    )


def _look(actor: Actor, project: str, version: str, source: str, target: str) -> Plan:
    here = get_index(source)
    release = find_promotable(actor, here, project, version)
    return make_plan(actor, here, get_index(target), release)


def _warn(plan: Plan) -> None:
    for finding in plan.warnings:
        told = " ".join((finding.message, ", ".join(finding.details))).strip()
        click.echo(printable(f"Warning: {told}"), err=True)


def _tell(consequences: Consequences) -> None:
    if consequences.downloads:
        click.echo(f"They had been downloaded {consequences.downloads} times.", err=True)
    if consequences.needed_by:
        names = ", ".join(consequences.needed_by)
        click.echo(printable(f"Projects that need it: {names}"), err=True)


def _line(promotion: Promotion) -> str:
    way = f"{promotion.source_slug} -> {promotion.target_slug}"
    end = "" if promotion.undone_at is None else f"undone {promotion.undone_at:%Y-%m-%d %H:%M}"
    facts = (
        str(promotion.id),
        f"{promotion.promoted_at:%Y-%m-%d %H:%M}",
        f"{promotion.project} {promotion.version}",
        way,
        promotion.actor,
        promotion.reason,
        end,
    )
    return "  ".join(filter(None, facts))
