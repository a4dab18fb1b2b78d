"""Named indexes, who may read them and who may publish there."""

from flask import Flask

from app.indexes import cli
from app.indexes import models as models
from app.indexes.queries import RESERVATIONS


def init_app(app: Flask) -> None:
    """Bind the commands to an application, and what it remembers."""
    app.extensions["index_paths"] = {}
    app.extensions[RESERVATIONS] = {}
    app.cli.add_command(cli.cli)
