"""Several things at the same time, in threads of one process."""

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask

from app.extensions import db


def together(app: Flask, *deeds: Callable[[], Any]) -> list[Any]:
    """Do several things at the same time; return what each gave or raised."""
    start = threading.Barrier(len(deeds))
    outcomes = [None] * len(deeds)

    def run(number, deed):
        with app.app_context():
            start.wait()
            try:
                outcomes[number] = deed()
            except Exception as error:
                outcomes[number] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
