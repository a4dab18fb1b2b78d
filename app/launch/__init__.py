"""Starting the whole house with one command."""

from flask import Flask

from app.launch.cli import drain, serve


def init_app(app: Flask) -> None:
    """Bind the commands that start everything, and prepare its end."""
    app.cli.add_command(serve)
    app.cli.add_command(drain)
