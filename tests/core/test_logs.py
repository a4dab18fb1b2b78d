import json
import logging
import sys

import pytest

from app.core import logs
from app.core.logs import JsonLines, TextLines


@pytest.fixture
def root():
    """The root of all loggers, as it was before afterwards."""
    root, ours = logging.getLogger(), logging.getLogger("app")
    before = (list(root.handlers), root.level, ours.level, sys.excepthook)
    yield root
    root.handlers[:], root.level, ours.level = before[0], before[1], before[2]
    sys.excepthook = before[3]


def record(message="all is well", *args, error=None, **facts):
    """Return a record as a logger makes it."""
    info = (type(error), error, error.__traceback__) if error else None
    made = logging.makeLogRecord(
        {"name": "app.test", "levelno": 30, "levelname": "WARNING", "msg": message, "args": args}
    )
    made.created, made.exc_info = 0.25, info
    made.__dict__.update(facts)
    return made


def raised(message):
    """Return an error that was really raised."""
    try:
        raise ValueError(message)
    except ValueError as error:
        return error


def test_a_line_for_people():
    line = TextLines().format(record("%s files", 3, job=7, reason="", file="a b"))
    assert line == '1970-01-01 00:00:00 WARNING app.test: 3 files job=7 file="a b"'


def test_a_line_for_programs():
    told = json.loads(JsonLines().format(record("%s files", 3, job=7, account_id=None)))
    assert told == {
        "time": "1970-01-01T00:00:00.250+00:00",
        "level": "warning",
        "logger": "app.test",
        "message": "3 files",
        "job": 7,
    }


@pytest.mark.parametrize("style", [TextLines(), JsonLines()])
def test_nothing_that_was_sent_makes_a_line_or_colours(style):
    evil = "x\n2026-01-01 00:00:00 ERROR app: forged\r\x1b[31m\x07\u2028\u202e"
    line = style.format(record(evil, path=evil, error=raised(evil)))
    assert not set("\r\x1b\x07\u2028\u202e") & set(line)
    assert all(part.startswith("    ") for part in line.split("\n")[1:])


def test_an_error_in_json_stays_on_its_line():
    line = JsonLines().format(record(error=raised("broken\nbadly")))
    assert "\n" not in line
    assert "ValueError: broken\nbadly" in json.loads(line)["exception"]


@pytest.mark.parametrize("style", [TextLines(), JsonLines()])
def test_secrets_do_not_reach_the_log(style):
    secrets = (
        "https://somebody:hunter2hunter2@mirror.test/simple/",
        "postgresql+psycopg://tilsit:hunter2hunter2@db.test/tilsit",
        "tilsit-hunter2hunter2hunter2",
    )
    for secret in secrets:
        line = style.format(record(f"this failed: {secret}", url=secret, error=raised(secret)))
        assert "hunter2" not in line
        assert "this failed" in line


def test_what_is_known_of_the_work_at_hand_is_added(monkeypatch):
    monkeypatch.setattr(logs, "_tellers", [])
    logs.tell_with(lambda: {"job": 1, "route": "/x"})
    made = record(job=2)
    assert logs.add_facts(made)
    assert (made.job, made.route) == (2, "/x")


def test_setting_up_twice_leaves_one_handler(root, capsys):
    for _ in range(2):
        logs.set_up(style="json", level="info")
    logging.getLogger("app.core").info("hello")
    logging.getLogger("huey").info("of no interest")
    assert json.loads(capsys.readouterr().err)["message"] == "hello"


def test_levels_below_the_one_that_is_set_are_left_out(root, capsys):
    logs.set_up(style="text", level="error")
    logging.getLogger("app.access").info("GET / 200")
    assert capsys.readouterr().err == ""


def test_an_error_that_ends_the_process_is_a_line_of_json(root, capsys):
    logs.set_up(style="json", level="info")
    error = raised("the end")
    sys.excepthook(type(error), error, error.__traceback__)
    assert json.loads(capsys.readouterr().err)["level"] == "critical"
