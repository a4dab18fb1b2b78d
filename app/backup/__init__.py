"""Backups while the service runs, restoring them, and trying whether that works."""

from pathlib import Path

from flask import Flask

from app.backup.cli import backup, restore
from app.backup.unfinished import refuse_unfinished


def init_app(app: Flask) -> None:
    """Bind the commands, and let nothing else start over a half-finished restore."""
    app.cli.add_command(backup)
    app.cli.add_command(restore)
    refuse_unfinished(Path(app.config["DATA_DIR"]))
