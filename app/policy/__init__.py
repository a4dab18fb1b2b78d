"""What may be served of what upstreams have, and of our own."""

from flask import Flask

from app.policy import models as models
from app.policy.queries import REMEMBERED


def init_app(app: Flask) -> None:
    """Bind what is remembered of rules to an application."""
    app.extensions[REMEMBERED] = {}
