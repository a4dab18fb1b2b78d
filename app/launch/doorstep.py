"""What servers that were not started by `serve` learn before they answer."""

import logging
import sys

import click
from flask import Flask
from flask.cli import ScriptInfo

from app.core.database import close_connections
from app.core.obstacles import find_obstacle

# By this status gunicorn knows that starting a process again will not help.
_NOT_STARTED = 3

_log = logging.getLogger(__name__)


def demand_servable(app: Flask) -> None:
    """End the process, with one sentence, if a server has loaded the application in vain.

    A database that is only away may be back in a moment: until then requests are
    answered with 503, and a process that is replaced just now takes no others with it.
    """
    if _is_command():
        return
    with app.app_context():
        obstacle = find_obstacle()
        close_connections()
    if obstacle is not None and obstacle.is_passing:
        _log.warning(obstacle.sentence)
    elif obstacle is not None:
        print(obstacle.sentence, file=sys.stderr)  # noqa: T201 - there is no command to say it
        sys.exit(_NOT_STARTED)


def _is_command() -> bool:
    """Tell whether a command is run, which looks for itself."""
    context = click.get_current_context(silent=True)
    return context is not None and isinstance(context.find_root().obj, ScriptInfo)
