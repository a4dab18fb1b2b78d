"""What commands on the command line share."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import click
from flask import Flask
from flask.cli import with_appcontext

from app.core.exceptions import DomainError
from app.core.obstacles import find_obstacle

# Those that bring tables up to date, put a database back, or tell what is wrong with one.
_UNGUARDED = {"db", "serve", "backup", "restore", "check", "doctor"}
_GUARDED = "is_guarded"


@contextmanager
def refusals_as_messages() -> Iterator[None]:
    """End a command with one sentence, and status 1, when something is refused."""
    try:
        yield
    except DomainError as error:
        raise click.ClickException(str(error)) from error


def demand_database(*, upgrading: bool = False) -> None:
    """End a command with one sentence, and status 1, if the database cannot be used."""
    obstacle = find_obstacle(upgrading=upgrading)
    if obstacle is not None:
        raise click.ClickException(obstacle.sentence)


def guard_commands(app: Flask) -> None:
    """Let all commands of an application look at the database before they begin."""
    for name, command in app.cli.commands.items():
        if name not in _UNGUARDED:
            for each in _leaves(command):
                _guard(each)


def printable(text: str) -> str:
    """Return a text on one line, without anything that a terminal obeys."""
    # Almost all are, and to ask for the whole costs a hundredth.
    if text.isprintable():
        return text
    return "".join(mark if mark.isprintable() else _spell(mark) for mark in text)


def _spell(mark: str) -> str:
    return mark.encode("unicode_escape").decode("ascii")


def _leaves(command: click.Command) -> Iterable[click.Command]:
    if not isinstance(command, click.Group):
        return [command]
    return [leaf for inner in command.commands.values() for leaf in _leaves(inner)]


def _guard(command: click.Command) -> None:
    """Guard a command once: all applications of a process share it."""
    callback = command.callback
    if callback is None or getattr(callback, _GUARDED, False):
        return

    @with_appcontext
    @wraps(callback)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        demand_database()
        return callback(*args, **kwargs)

    setattr(guarded, _GUARDED, True)
    command.callback = guarded
