"""Named indexes, who may read them and who may publish there."""

from flask import Flask

from app.indexes import models as models


def init_app(app: Flask) -> None:
    """Nothing to bind yet: pages and commands of indexes stand higher."""
