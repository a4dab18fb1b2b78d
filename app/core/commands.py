"""What commands on the command line share."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from app.core.exceptions import DomainError


@contextmanager
def refusals_as_messages() -> Iterator[None]:
    """End a command with one sentence, and status 1, when something is refused."""
    try:
        yield
    except DomainError as error:
        raise click.ClickException(str(error)) from error


def printable(text: str) -> str:
    """Return a text on one line, without anything that a terminal obeys."""
    return "".join(mark if mark.isprintable() else _spell(mark) for mark in text)


def _spell(mark: str) -> str:
    return mark.encode("unicode_escape").decode("ascii")
