"""What installers read: index pages and files."""

from hashlib import sha256
from pathlib import Path

from flask import Flask
from sqlalchemy import make_url

from app.simple import views
from app.simple.cli import cli
from app.simple.middleware import ShelfMiddleware
from app.simple.passes import Passes
from app.simple.shelf import Shelf

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def init_app(app: Flask) -> None:
    """Open the door for installers, with the shelf in front of it."""
    app.register_blueprint(views.bp)
    app.cli.add_command(cli)
    app.extensions["shelf"] = shelf = Shelf(app.config["DATA_DIR"] / "shelf")
    app.extensions["passes"] = Passes()
    shelf.clear_after(_mark(app.config["SQLALCHEMY_DATABASE_URI"]))
    cache_bytes = app.config["SHELF_CACHE_BYTES"]
    app.wsgi_app = ShelfMiddleware(  # type: ignore[method-assign]
        app.wsgi_app, app.extensions, cache_bytes=cache_bytes
    )


def _mark(database: str) -> str:
    """Return what the pages on the shelf were made of: a database, while this machine is up."""
    boot = _BOOT.read_text() if _BOOT.exists() else ""
    shown = make_url(database).render_as_string(hide_password=True)
    return sha256(f"{boot}{shown}".encode()).hexdigest()
