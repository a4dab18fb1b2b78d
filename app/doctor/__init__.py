"""Looking at an installation, and saying what to do about it."""

from flask import Flask

from app.doctor.cli import doctor


def init_app(app: Flask) -> None:
    """Bind the command."""
    app.cli.add_command(doctor)
