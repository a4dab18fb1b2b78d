"""Whether the service is alive, and whether it can serve."""

from flask import Blueprint, Response, jsonify
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.core.models import Setting
from app.core.storage import blobs
from app.core.storage.exceptions import StorageUnavailable
from app.extensions import db

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def alive() -> Response:
    """Answer as long as the process can."""
    return jsonify(status="ok")


@bp.get("/readyz")
def ready() -> tuple[Response, int]:
    """Answer 200 when database and store can be used, else 503 with what cannot."""
    checks = {"database": _has_database(), "storage": _has_storage()}
    good = all(checks.values())
    return jsonify(status="ok" if good else "unavailable", checks=checks), 200 if good else 503


def _has_database() -> bool:
    try:
        # An empty database answers too, but not this.
        db.session.execute(select(Setting.key).limit(1))
    except SQLAlchemyError:
        return False
    return True


def _has_storage() -> bool:
    try:
        blobs().check()
    except StorageUnavailable:
        return False
    return True
