"""Starting the whole house with one command."""

from flask import Flask

from app.launch.cli import serve


def init_app(app: Flask) -> None:
    """Bind the command that starts everything."""
    app.cli.add_command(serve)
