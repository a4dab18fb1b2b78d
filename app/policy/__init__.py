"""What may be served of what upstreams have, and of our own."""

from flask import Flask

from app.policy import cli
from app.policy import models as models
from app.policy.recent import HISTORIES, RecentHistories


def init_app(app: Flask) -> None:
    """Bind the commands to an application, and what it remembers of histories."""
    app.extensions[HISTORIES] = RecentHistories()
    app.cli.add_command(cli.cli)
