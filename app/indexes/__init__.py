"""Named indexes, who may read them and who may publish there."""

from flask import Flask

from app.indexes import cli
from app.indexes import models as models


def init_app(app: Flask) -> None:
    """Bind the commands to an application."""
    app.cli.add_command(cli.cli)
