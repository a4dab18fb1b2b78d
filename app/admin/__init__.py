"""The back office: pages for those who run the site."""

from flask import Flask

from app.admin import cli, views


def init_app(app: Flask) -> None:
    """Bind pages and commands to an application."""
    app.register_blueprint(views.bp)
    app.cli.add_command(cli.cli)


# Further modules add their pages to the blueprint of `views`.
__all__ = ["init_app"]
