"""What machines read of the site: feeds, the map of all pages, and the rules for crawlers."""

from flask import Flask

from app.feeds import crawler_views as crawler_views
from app.feeds import head_views, views
from app.feeds import map_views as map_views


def init_app(app: Flask) -> None:
    """Bind the addresses to an application."""
    app.register_blueprint(views.bp)
    head_views.init_app(app)
