"""What installers read: index pages and files."""

from flask import Flask

from app.simple import views


def init_app(app: Flask) -> None:
    """Open the door for installers."""
    app.register_blueprint(views.bp)
