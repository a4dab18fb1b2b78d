"""People and their keys."""

from flask import Flask

from app.accounts import auth, cli, link_views, settings_views, views


def init_app(app: Flask) -> None:
    """Bind pages, commands and the way accounts are recognised to an application."""
    auth.init_app(app)
    app.register_blueprint(views.bp)
    app.cli.add_command(cli.cli)


# These modules add their pages to the blueprint of `views`.
__all__ = ["init_app", "link_views", "settings_views"]
