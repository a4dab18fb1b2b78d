"""Looking for everything that is inconsistent, and mending what needs no guessing."""

from flask import Flask

from app.checking.cli import check


def init_app(app: Flask) -> None:
    """Bind the command that checks the house."""
    app.cli.add_command(check)
