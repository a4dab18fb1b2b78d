"""Running checks while the house goes on: look, look again, and then mend."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from app.checking.findings import Check, Finding
from app.core.database import begin_anew, release_connection
from app.core.exceptions import DomainError

FOUND, MENDED, FAILED = "found", "mended", "not-mended"

# So many suspects are kept before they are looked at again.
_MOST_SUSPECTS = 1_000

# Shows how far the steps of a check are.
Follow = Callable[[Sequence[Any], str], Iterable[Any]]
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Result:
    """A finding, and what became of it: FOUND, MENDED or FAILED; `reason` tells why it failed."""

    finding: Finding
    state: str = FOUND
    reason: str = ""


def run(
    check: Check, *, repair: bool = False, follow: Follow = lambda steps, _label: steps
) -> Iterator[Result]:
    """Yield what a check finds, and mend what can be mended if that is wanted."""
    suspects: list[tuple[Any, set[Finding]]] = []
    for step in follow(check.steps(), check.label):
        found = _judge(check, step)
        if found:
            suspects.append((step, found))
        if sum(len(each) for _step, each in suspects) >= _MOST_SUSPECTS:
            yield from _settle(check, suspects, repair=repair)
            suspects.clear()
    yield from _settle(check, suspects, repair=repair)


def _settle(
    check: Check, suspects: Iterable[tuple[Any, set[Finding]]], *, repair: bool
) -> Iterator[Result]:
    """Look again at what was seen some time ago: what has vanished was never wrong."""
    for step, seen in suspects:
        findings = [each for each in _judge_in_order(check, step) if each in seen]
        if repair and any(finding.mend for finding in findings):
            yield from _mend_all(check, step, findings)
        else:
            yield from map(Result, findings)


def _mend_all(check: Check, step: Any, findings: Sequence[Finding]) -> Iterator[Result]:
    reasons = {finding: _mend(finding) for finding in findings if finding.mend}
    left = _judge(check, step)
    for finding in findings:
        if finding.mend is None:
            yield Result(finding)
        elif finding in left or reasons[finding]:
            yield Result(finding, FAILED, reasons[finding] or "it is as it was")
        else:
            yield Result(finding, MENDED)


def _mend(finding: Finding) -> str:
    """Mend something, and return what stood against it or nothing."""
    assert finding.mend is not None  # noqa: S101 - the caller has looked
    try:
        finding.mend()
    except (DomainError, SQLAlchemyError, OSError) as error:
        _log.warning("not mended", extra={"kind": finding.kind, "subject": finding.subject})
        return f"{type(error).__name__}: {error}"
    finally:
        release_connection()
    return ""


def _judge(check: Check, step: Any) -> set[Finding]:
    return set(_judge_in_order(check, step))


def _judge_in_order(check: Check, step: Any) -> list[Finding]:
    begin_anew()
    try:
        return list(dict.fromkeys(check.judge(step)))
    finally:
        release_connection()
