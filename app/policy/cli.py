"""Commands about rules: `flask policy …`."""

from collections.abc import Callable, Iterator
from typing import TypeVar

import click
from flask.cli import AppGroup

from app.core.commands import printable, refusals_as_messages
from app.core.database import transaction
from app.indexes.queries import MAIN, get_index
from app.indexes.services import change_age
from app.policy import queries, services
from app.policy.explaining import Considered, Explanation, Verdict, explain
from app.policy.models import PolicyRule
from app.policy.rules import ALLOW, BLOCK, EXEMPT, Rule
from app.policy.telling import list_sentences
from app.sources.registry import source_for

cli = AppGroup("policy", help="What may be served, and why something is not.")

Command = TypeVar("Command", bound=Callable[..., None])

_of_index = click.option("--index", "slug", default=MAIN, show_default=True)
_MOST_HELD = 10


def _rule_command(command: Command) -> Command:
    """Give a command what all have that make a rule."""
    for option in (
        click.option("--reason", default="", help="Why; whoever is refused reads it."),
        _of_index,
        click.argument("specifier", default=""),
        click.argument("pattern"),
    ):
        command = option(command)
    return command


@cli.command("list")
@_of_index
def list_rules(slug: str) -> None:
    """Tell the rules of an index; the numbers are for `policy remove`."""
    with refusals_as_messages():
        index = get_index(slug)
    for rule in queries.list_rules(index):
        click.echo(f"{rule.id}: {_describe(rule)}")
    age = queries.minimum_age(index)
    if age is not None:
        click.echo(f"minimum age: {age.days} days")


@cli.command("block")
@_rule_command
def block(pattern: str, specifier: str, slug: str, reason: str) -> None:
    """Serve nothing of PATTERN, a name or one with a *, or no version in SPECIFIER."""
    _make(BLOCK, pattern, specifier, slug, reason)


@cli.command("allow")
@_rule_command
def allow(pattern: str, specifier: str, slug: str, reason: str) -> None:
    """Serve PATTERN, or its versions in SPECIFIER, whatever indexes behind this one block."""
    _make(ALLOW, pattern, specifier, slug, reason)


@cli.command("exempt")
@_rule_command
def exempt(pattern: str, specifier: str, slug: str, reason: str) -> None:
    """Serve PATTERN, or its versions in SPECIFIER, though it be young or changed."""
    _make(EXEMPT, pattern, specifier, slug, reason)


@cli.command("remove")
@click.argument("number", type=int)
@_of_index
def remove(number: int, slug: str) -> None:
    """Remove the rule NUMBER of an index."""
    with refusals_as_messages(), transaction():
        rule = services.remove_rule(get_index(slug), number)
    click.echo(f"Removed: {_describe(rule)}")


@cli.command("age")
@click.argument("days")
@_of_index
def set_age(days: str, slug: str) -> None:
    """Serve files of upstreams when they are DAYS old; `default` leaves it to the bases."""
    if days != "default" and not days.isdecimal():
        raise click.BadParameter("a number of days, or the word default", param_hint="DAYS")
    with refusals_as_messages(), transaction():
        change_age(get_index(slug), None if days == "default" else int(days))


@cli.command("explain")
@click.argument("name")
@click.argument("version", required=False)
@click.option("--ask", is_flag=True, help="Ask the upstream first, as an installer would.")
@_of_index
def explain_name(name: str, version: str | None, ask: bool, slug: str) -> None:
    """Tell why NAME, or its VERSION, is or is not served, and when it will be."""
    with refusals_as_messages():
        index = get_index(slug)
        if ask:
            source_for(index).freshen(name)
        told = explain(index, name, version)
    for line in _lines(told):
        click.echo(printable(line))


def _make(kind: str, pattern: str, specifier: str, slug: str, reason: str) -> None:
    with refusals_as_messages(), transaction():
        rule = services.add_rule(get_index(slug), kind, pattern, specifier, reason)
    click.echo(f"{rule.id}: {_describe(rule)}")


def _describe(rule: PolicyRule | Rule) -> str:
    reason = f" ({rule.reason})" if rule.reason else ""
    return printable(f"{rule.kind} {rule.pattern} {rule.specifier}".strip() + reason)


def _lines(told: Explanation) -> Iterator[str]:
    yield from list_sentences(told)
    if told.shut is not None:
        yield told.shut.sentence
    yield from map(_tell_rule, told.rules)
    yield from map(_tell_file, told.verdicts)
    if told.version is None and told.shut is None:
        for held in told.held[:_MOST_HELD]:
            yield f"{held.version}: {held.refusal.sentence}"
        if len(told.held) > _MOST_HELD:
            yield f"… and {len(told.held) - _MOST_HELD} more versions"


def _tell_rule(considered: Considered) -> str:
    rule = considered.rule
    mark = "decides" if considered.decides else "fits the name"
    return f"rule {rule.number} of {rule.index_slug}: {_describe(rule)} - {mark}"


def _tell_file(verdict: Verdict) -> str:
    refusal = verdict.refusal
    return f"{verdict.file.filename}: {refusal.sentence if refusal else 'served'}"
