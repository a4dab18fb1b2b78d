"""What dashboards, scanners and some installers read: one JSON document per project or release."""

from flask import Flask

from app.api import discovery_views, views


def init_app(app: Flask) -> None:
    """Open the JSON doors."""
    app.register_blueprint(views.bp)
    app.register_blueprint(discovery_views.bp)
