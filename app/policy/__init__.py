"""What may be served of what upstreams have."""

from flask import Flask

from app.policy import models as models


def init_app(app: Flask) -> None:
    """Bind the feature to an application."""
