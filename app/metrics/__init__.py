"""Figures for programs that watch the site and call somebody."""

from flask import Flask

from app.metrics import samples, views
from app.metrics.facts import PART, FactMemory


def init_app(app: Flask) -> None:
    """Open the door for those who watch."""
    app.extensions[PART] = FactMemory()
    app.register_blueprint(views.bp)
    samples.init_app(app)
