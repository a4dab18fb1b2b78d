"""Figures that processes count while they work, summed up over all of them."""

from flask import Flask

from app.core.meters.kinds import Kind as Kind
from app.core.meters.kinds import kind as kind
from app.core.meters.registry import Meters as Meters
from app.core.runtime import part

FOLDER = "metrics"
PART = "meters"


def init_app(app: Flask) -> None:
    """Give an application its meters; what they count is kept in a folder under DATA_DIR."""
    app.extensions[PART] = Meters(app.config["DATA_DIR"] / FOLDER, pause=app.config["METERS_PAUSE"])


def meters() -> Meters:
    """Return the meters of the running application."""
    found: Meters = part(PART)
    return found
