"""Downloads: counted, summed up and shown."""

from collections.abc import Mapping

from flask import Flask

from app.core.database import LONG_PATIENCE_SECONDS, transaction
from app.core.faults import reach
from app.stats import jobs as jobs
from app.stats import models as models
from app.stats.cli import cli
from app.stats.counter import Download, DownloadCounter
from app.stats.services import add_downloads


def init_app(app: Flask) -> None:
    """Give an application its counter of downloads."""

    def write(counts: Mapping[Download, int]) -> None:
        reach("downloads.writing")
        with app.app_context(), transaction(patience=LONG_PATIENCE_SECONDS):
            add_downloads(counts)
            reach("downloads.written")

    app.cli.add_command(cli)
    delay = app.config["DOWNLOADS_DELAY"]
    app.extensions["downloads"] = counter = DownloadCounter(write, delay=delay)
    if delay:
        counter.write_at_exit()
