"""Rules that say which releases stay, and which go to the trash."""

from flask import Flask

from app.retention import jobs as jobs
from app.retention.cli import cli


def init_app(app: Flask) -> None:
    """Bind the commands to an application."""
    app.cli.add_command(cli)
