"""What installers read: index pages and files."""

from flask import Flask

from app.mirror.cli import cli as mirror
from app.simple import views
from app.simple.cli import cli
from app.simple.export_command import export
from app.simple.middleware import ShelfMiddleware
from app.simple.passes import Passes
from app.simple.settling import settle
from app.simple.shelf import Shelf


def init_app(app: Flask) -> None:
    """Open the door for installers, with the shelf in front of it."""
    app.register_blueprint(views.bp)
    app.cli.add_command(cli)
    mirror.add_command(export)
    app.extensions["shelf"] = Shelf(app.config["DATA_DIR"] / "shelf")
    app.extensions["passes"] = Passes()

    def settle_inside() -> None:
        with app.app_context():
            settle()

    cache_bytes = app.config["SHELF_CACHE_BYTES"]
    app.wsgi_app = ShelfMiddleware(  # type: ignore[method-assign]
        app.wsgi_app, app.extensions, settle_inside, cache_bytes=cache_bytes
    )
