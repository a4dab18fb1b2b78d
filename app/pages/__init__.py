"""Pages that people write: the content of the site around the catalogue."""

from flask import Flask

from app.pages import cli, views
from app.pages.directory import REMEMBERED


def init_app(app: Flask) -> None:
    """Bind the pages to an application."""
    app.extensions[REMEMBERED] = {}
    app.register_blueprint(views.bp)
    app.jinja_env.globals.update(page_url=views.page_url, site_menu=views.menu)
    app.cli.add_command(cli.cli)
