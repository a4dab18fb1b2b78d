"""Pages on which owners manage what is theirs, and commands about tokens."""

from flask import Flask

from app.manage import cli, token_views, views


def init_app(app: Flask) -> None:
    """Bind pages and commands to an application."""
    app.register_blueprint(views.bp)
    app.cli.add_command(cli.cli)


# The module adds its pages to the blueprint of `views`.
__all__ = ["init_app", "token_views"]
