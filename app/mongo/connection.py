"""The one way to the server: opened by the first who asks in a process, checked once.

Nothing is opened while the application is made, for the processes that serve are
forked from it, and a client does not survive that.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import mongoengine
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import (
    ConfigurationError,
    ConnectionFailure,
    InvalidURI,
    OperationFailure,
    PyMongoError,
)
from pymongo.uri_parser import parse_uri

from app.core.runtime import setting
from app.mongo.exceptions import (
    MongoNotConfigured,
    MongoRefused,
    MongoTooOld,
    MongoUnavailable,
    MongoUntrusted,
)

ALIAS = "tilsit"
DEFAULT_DATABASE = "tilsit"
OLDEST = (5, 0)

_BAD_OPTIONS = "MONGODB_URL cannot be used: correct its options."
# AuthenticationFailed, Unauthorized, and what Atlas says.
_REFUSALS = {18, 13, 8000}
_DISTRUST = ("certificate", "tlsv1", "ssl handshake")
# Short, so that a page that finds no server says so before its reader has left.
_PATIENCE = {
    "serverSelectionTimeoutMS": 5_000,
    "connectTimeoutMS": 5_000,
    "socketTimeoutMS": 30_000,
    "waitQueueTimeoutMS": 5_000,
}
_FIXED: dict[str, Any] = {
    "appname": "tilsit",
    "maxPoolSize": 20,
    "uuidRepresentation": "standard",
    "tz_aware": True,
}

_lock = threading.Lock()
_opened: list[str] = []

Documents = Database[dict[str, Any]]


def database() -> Documents:
    """Return the database, of a server that was found to be usable; raises `DomainError`."""
    url = setting("MONGODB_URL")
    if not url:
        raise MongoNotConfigured
    with _lock:
        if _opened != [url]:
            _open(url)
    found: Documents = mongoengine.get_db(ALIAS)
    return found


def close() -> None:
    """Let the next who asks open a connection anew."""
    with _lock:
        _opened.clear()
        mongoengine.disconnect(ALIAS)


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn what the driver raises about the server into one sentence."""
    try:
        yield
    except PyMongoError as error:
        # Without its cause: the driver quotes addresses, and passwords stand in them.
        raise _plain(error) from None


def _open(url: str) -> None:
    mongoengine.disconnect(ALIAS)
    _opened.clear()
    with told_plainly():
        client = _connect(url)
        _demand_version(client.admin.command("buildInfo")["version"])
        # The first thing that a login needs a right for.
        mongoengine.get_db(ALIAS).list_collection_names()
    _opened.append(url)


def _connect(url: str) -> MongoClient[dict[str, Any]]:
    try:
        given = parse_uri(url, validate=True, warn=False)
        known = {name.lower() for name in given["options"]}
        limits = {name: value for name, value in _PATIENCE.items() if name.lower() not in known}
        name = given["database"] or DEFAULT_DATABASE
        client: MongoClient[dict[str, Any]] = mongoengine.connect(
            name, alias=ALIAS, host=url, **limits, **_FIXED
        )
    except ValueError:
        # So the driver says that an option cannot have its value.
        raise MongoUnavailable(_BAD_OPTIONS) from None
    return client


def _demand_version(version: str) -> None:
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
        raise MongoTooOld(
            f"MongoDB {version} is too old: Tilsit needs {'.'.join(map(str, OLDEST))} or newer."
        )


def _plain(error: PyMongoError) -> Exception:
    if isinstance(error, (InvalidURI, ConfigurationError)):
        # The driver quotes the address, and with it the password.
        return MongoUnavailable(_BAD_OPTIONS)
    if isinstance(error, OperationFailure):
        return MongoRefused() if error.code in _REFUSALS else error
    told = str(error).lower()
    if any(word in told for word in _DISTRUST):
        return MongoUntrusted()
    return MongoUnavailable() if isinstance(error, ConnectionFailure) else error
