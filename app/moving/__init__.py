"""Moving an installation from SQLite to PostgreSQL."""

from flask import Flask

from app.moving import cli


def init_app(app: Flask) -> None:
    """Put the command beside those about the tables."""
    app.cli.commands["db"].add_command(cli.move)  # type: ignore[attr-defined]
