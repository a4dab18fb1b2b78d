"""A furnished house to look at: demo people and projects."""

from flask import Flask

from app.seed.cli import seed


def init_app(app: Flask) -> None:
    """Bind the command that furnishes."""
    app.cli.add_command(seed)
