"""Publishing: the archives, the rules they must keep, and the doors they come through."""

from flask import Flask

from app.indexes.cli import cli as index_commands
from app.uploads import cli, promotion_cli, views
from app.uploads import jobs as jobs
from app.uploads import models as models


def init_app(app: Flask) -> None:
    """Bind the door and the commands to an application."""
    app.register_blueprint(views.bp)
    app.cli.add_command(cli.import_folder)


# Promotions are about indexes, whose group of commands is made below us.
for command in (promotion_cli.promote, promotion_cli.undo_promotion, promotion_cli.promotions):
    index_commands.add_command(command)
