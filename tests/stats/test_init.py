from flask import Flask

from app import stats
from app.stats.counter import DownloadCounter


def test_a_counter_that_waits_writes_at_exit_too(monkeypatch):
    asked = []
    monkeypatch.setattr(DownloadCounter, "write_at_exit", lambda counter: asked.append(counter))
    app = Flask(__name__)
    app.config["DOWNLOADS_DELAY"] = 5
    stats.init_app(app)
    assert asked == [app.extensions["downloads"]]
