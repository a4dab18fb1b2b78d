"""What machines read of the site: feeds, the map of all pages, and the rules for crawlers."""

from flask import Flask

from app.feeds import views


def init_app(app: Flask) -> None:
    """Bind the addresses to an application."""
    app.register_blueprint(views.bp)
