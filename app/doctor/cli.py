"""The command `doctor`."""

import json
import sys

import click

from app.core.commands import printable
from app.doctor.checks import examine
from app.doctor.findings import FINE, WRONG, Finding

_MARKS = {"ok": "ok", "warning": "warning", "wrong": "WRONG"}


@click.command("doctor")
@click.option("--json", "is_json", is_flag=True, help="Write one JSON object.")
def doctor(*, is_json: bool) -> None:
    """Look at configuration and machine, and say what to do.

    The status is 1 if something is wrong; warnings leave it 0.
    """
    found = []
    for name, finding in examine():
        found.append((name, finding))
        if not is_json:
            _show(name, finding)
    if is_json:
        told = {name: _tell(finding) for name, finding in found}
        click.echo(json.dumps(told, indent=2))
    sys.exit(int(any(finding.level == WRONG for _name, finding in found)))


def _show(name: str, finding: Finding) -> None:
    click.echo(f"{_MARKS[finding.level]:8} {name:12} {printable(finding.what)}")
    if finding.level != FINE:
        click.echo(f"{'':8} {'':12} {printable(finding.todo)}")


def _tell(finding: Finding) -> dict[str, str]:
    told = {"level": finding.level, "what": finding.what}
    return told | ({"todo": finding.todo} if finding.todo else {})
