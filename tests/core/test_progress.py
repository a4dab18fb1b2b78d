import itertools

from app.core import progress


def test_one_line_a_minute_is_said_when_nobody_watches(monkeypatch, capsys):
    seconds = itertools.count(0, 40)
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(seconds))
    assert list(progress.track("abcde", label="Reading")) == list("abcde")
    assert capsys.readouterr().out == "Reading: 1 of 5\nReading: 3 of 5\n"


def test_a_bar_is_shown_on_a_terminal(monkeypatch):
    monkeypatch.setattr(progress.sys.stdout, "isatty", lambda: True, raising=False)
    assert list(progress.track("abc", label="Reading")) == ["a", "b", "c"]
