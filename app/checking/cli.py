"""The command that checks the house: `flask check`."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from app.checking.findings import Wanted, list_checks
from app.checking.readiness import demand_readable
from app.checking.running import FAILED, MENDED, Result, run
from app.core.commands import printable
from app.core.exceptions import DomainError
from app.core.progress import track


class CannotCheck(click.ClickException):
    """Nothing can be said about the house."""

    exit_code = 2


@dataclass
class _Count:
    """What a checking came to."""

    states: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)

    def add(self, result: Result) -> None:
        self.states[result.state] += 1
        self.kinds[result.finding.kind] += result.state != MENDED

    @property
    def left(self) -> int:
        return self.kinds.total()


@click.command("check")
@click.option("--hashes", is_flag=True, help="Read all bytes, and compare their digests too.")
@click.option("--repair", is_flag=True, help="Mend what can be mended without guessing.")
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder, such as a backup, in which missing bytes are looked for.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@with_appcontext
def check(hashes: bool, repair: bool, source: Path | None, as_json: bool) -> None:
    """Look for everything that is inconsistent, while the service goes on.

    The status is 0 when nothing is wrong, 1 when something is (and was not mended), and
    2 when the house could not be checked.
    """
    wanted = Wanted(hashes=hashes, source=source)
    count = _Count()
    try:
        demand_readable()
        results = _run_all(wanted, count, repair=repair)
        (_print_json if as_json else _print_lines)(results, count)
    except (DomainError, SQLAlchemyError, OSError) as error:
        raise CannotCheck(f"This cannot be checked: {_tell(error)}") from error
    if count.left:
        raise click.exceptions.Exit(1)


def _run_all(wanted: Wanted, count: _Count, *, repair: bool) -> Iterator[Result]:
    for each in list_checks(wanted):
        for result in run(each, repair=repair, follow=_follow):
            count.add(result)
            yield result


def _follow(steps: Sequence[Any], label: str) -> Iterable[Any]:
    # What is found goes to standard output, for pipes.
    return track(steps, label=label, file=sys.stderr)


def _print_lines(results: Iterable[Result], count: _Count) -> None:
    for result in results:
        finding = result.finding
        click.echo(printable(f"{finding.kind}: {finding.subject}: {finding.detail}"))
        click.echo(f"  {printable(_tell_state(result))}")
    mended = count.states[MENDED]
    if not count.states.total():
        click.echo("Nothing is wrong.")
        return
    click.echo(f"{count.states.total():,} findings, {mended:,} mended, {count.left:,} left.")
    for kind, number in sorted(count.kinds.items()):
        if number:
            click.echo(f"  {number:,} {kind}")


def _tell_state(result: Result) -> str:
    finding = result.finding
    if result.state == MENDED:
        return f"mended: {finding.cure}"
    if result.state == FAILED:
        return f"not mended: {result.reason}"
    return f"--repair: {finding.cure}" if finding.mend else finding.cure


def _print_json(results: Iterable[Result], count: _Count) -> None:
    """Print one document, finding by finding: there may be a million of them."""
    click.echo('{"findings": [')
    separator = ""
    for result in results:
        finding = result.finding
        facts = {
            "kind": finding.kind,
            "subject": finding.subject,
            "detail": finding.detail,
            "cure": finding.cure,
            "can_be_mended": finding.mend is not None,
            "state": result.state,
            "reason": result.reason,
        }
        click.echo(f"{separator}{json.dumps(facts)}", nl=False)
        separator = ",\n"
    states = count.states
    summary = {"found": states.total(), "mended": states[MENDED], "left": count.left}
    click.echo(f'\n], "summary": {json.dumps(summary)}}}')


def _tell(error: Exception) -> str:
    # An SQLAlchemyError's own text has the statement with it.
    cause = getattr(error, "orig", None) or error
    return printable(" ".join(str(cause).split()))
