"""The back office: pages for those who run the site."""

from flask import Flask

from app.admin import views


def init_app(app: Flask) -> None:
    """Bind the pages to an application."""
    app.register_blueprint(views.bp)


# Further modules add their pages to the blueprint of `views`.
__all__ = ["init_app"]
