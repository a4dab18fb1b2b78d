"""Publishing: the archives, the rules they must keep, and the doors they come through."""

from flask import Flask

from app.uploads import cli, views
from app.uploads import jobs as jobs
from app.uploads import models as models


def init_app(app: Flask) -> None:
    """Bind the door and the command to an application."""
    app.register_blueprint(views.bp)
    app.cli.add_command(cli.import_folder)
