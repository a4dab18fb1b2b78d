"""Upstream indexes as sources: pages and files that are copied when somebody asks for them."""

from flask import Flask

from app.mirror import jobs as jobs
from app.mirror import models as models
from app.mirror.cli import cli
from app.mirror.flights import Flights
from app.mirror.renewal import Renewals
from app.mirror.stock import RecentDocuments


def init_app(app: Flask) -> None:
    """Bind the feature to an application."""
    app.extensions["upstreams"] = {}
    app.extensions["recent_documents"] = RecentDocuments()
    app.extensions["renewals"] = Renewals()
    app.extensions["flights"] = Flights()
    app.extensions["mirror_use"] = {}
    app.cli.add_command(cli)
