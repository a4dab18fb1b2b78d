"""Pages on which owners manage what is theirs."""

from flask import Flask

from app.manage import views


def init_app(app: Flask) -> None:
    """Bind the pages to an application."""
    app.register_blueprint(views.bp)
