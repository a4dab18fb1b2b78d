"""An index with something of everything, on a disk, and what `flask check` says of it."""

import json

import pytest
from sqlalchemy import text

from app.core.storage import make_storage
from app.extensions import db


@pytest.fixture
def disk(app, tmp_path):
    """Give the folder of a store on a disk, in place of that in memory."""
    app.extensions["blobs"] = make_storage(str(tmp_path / "blobs"))
    return tmp_path / "blobs"


@pytest.fixture
def checked(app):
    """Give what runs the command: it returns status and findings, as (kind, subject) pairs."""

    def check(*options):
        answer = app.test_cli_runner().invoke(
            args=["check", "--json", *options], catch_exceptions=False
        )
        if answer.exit_code == 2:
            return 2, answer.output
        told = json.loads(answer.stdout)
        return answer.exit_code, [
            (each["kind"], each["subject"], each["state"]) for each in told["findings"]
        ]

    return check


@pytest.fixture
def lawless(app):
    """Let the database take rows that name others which are not there."""
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text("PRAGMA defer_foreign_keys=ON"))
    else:
        db.session.execute(text("SET LOCAL session_replication_role = replica"))
