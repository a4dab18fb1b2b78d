"""Serving the tests from documents: factories write rows, and no listener hears of those."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.extensions import db
from app.indexes.services import last_serial
from app.mongo import marks
from app.mongo.asking import PART, Reading, the_reading
from app.mongo.connection import close, database
from app.mongo.copying import Tally, refresh
from app.projects.models import Project


@contextmanager
def served_from(app: Flask, url: str, *, is_lost: bool = False) -> Iterator[None]:
    """Let the pages of an application come from an empty store at an address.

    It may be away if it `is_lost`.
    """
    before = app.config["CATALOGUE"], app.config["MONGODB_URL"]
    app.config.update(CATALOGUE="mongodb", MONGODB_URL=url)
    app.extensions[PART] = Reading()
    empty()
    try:
        yield
        # Or the tests would prove nothing about documents.
        assert is_lost or the_reading().lost == 0
    finally:
        app.config["CATALOGUE"], app.config["MONGODB_URL"] = before


def empty() -> None:
    """Remove all documents: numbers that were rolled back come again."""
    stores = database()
    for store in (stores.projects, stores.releases, stores.marks):
        store.delete_many({})


@dataclass
class Copying:
    """Whether rows are being copied at this moment, which is no part of what a test counts."""

    is_running: bool = False


COPYING = Copying()


def catch_up() -> None:
    """Bring all documents in line with the rows, whatever their numbers say."""
    COPYING.is_running = True
    try:
        refresh(list(db.session.scalars(select(Project.id))), Tally())
        marks.note(marks.FOLLOWED, serial=last_serial())
        db.session.close()
    finally:
        COPYING.is_running = False


@contextmanager
def lost(app: Flask) -> Iterator[None]:
    """Let nobody listen where the server was."""
    before = app.config["MONGODB_URL"], app.config["MONGODB_PATIENCE"]
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        url = f"mongodb://127.0.0.1:{trial.getsockname()[1]}/x"
    app.config.update(MONGODB_URL=url, MONGODB_PATIENCE=0.05)
    the_reading().is_connected = False
    close()
    try:
        yield
    finally:
        app.config["MONGODB_URL"], app.config["MONGODB_PATIENCE"] = before
        close()


class Fresh:
    """A source whose documents are in line whenever it is asked."""

    def __init__(self, source: Any) -> None:
        self._source = source

    def __getattr__(self, name: str) -> Any:
        catch_up()
        return getattr(self._source, name)
