"""MongoDB: the catalogue as documents, copied from SQL and kept current."""

from flask import Flask

from app.mongo import figures as figures
from app.mongo import jobs as jobs
from app.mongo.cli import cli


def init_app(app: Flask) -> None:
    """Bind the feature to an application; nothing is opened before somebody asks."""
    app.cli.add_command(cli)
