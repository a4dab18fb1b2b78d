"""Log lines: for people or as JSON, with what the work at hand is, and without secrets."""

import json
import logging
import re
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from typing_extensions import override

from app.core.commands import printable

# What a line is about by itself; everything else that a record carries is a fact.
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# A login in an address, and an API token, wherever they stand.
_LOGIN = re.compile(r"://[^/\s@]+@")
_TOKEN = re.compile(r"\b((?:pypi|tilsit)-)[A-Za-z0-9_-]{8,}")
_HIDDEN = "…"
_NEEDS_QUOTES = re.compile(r'[\s"=]')
_OURS = "app"

Facts = Mapping[str, Any]
_tellers: list[Callable[[], Facts]] = []
_log = logging.getLogger(__name__)


def tell_with(teller: Callable[[], Facts]) -> None:
    """Let every line carry what a function knows of the work at hand."""
    if teller not in _tellers:
        _tellers.append(teller)


def set_up(*, style: str, level: str) -> None:
    """Write the log of this process to its standard error, as `text` or `json`."""
    handler = _Handler()
    handler.setFormatter(JsonLines() if style == "json" else TextLines())
    handler.addFilter(add_facts)
    root = logging.getLogger()
    others = [one for one in root.handlers if not isinstance(one, _Handler)]
    root.handlers[:] = [*others, handler]
    # Libraries tell of their daily work too; of that, only what goes wrong is news.
    root.setLevel(logging.WARNING)
    logging.getLogger(_OURS).setLevel(level.upper())
    if style == "json":
        sys.excepthook = _log_surprise


def add_facts(record: logging.LogRecord) -> bool:
    """Add what is known of the work at hand to a record, unless it says so itself."""
    for teller in _tellers:
        for name, value in teller().items():
            record.__dict__.setdefault(name, value)
    return True


def scrub(text: str) -> str:
    """Return a text without logins in addresses and without tokens."""
    if "://" in text:
        text = _LOGIN.sub(f"://{_HIDDEN}@", text)
    return _TOKEN.sub(rf"\1{_HIDDEN}", text) if "-" in text else text


class _Handler(logging.StreamHandler[Any]):
    """Ours among the handlers of the root, so that setting up twice leaves one."""


class TextLines(logging.Formatter):
    """A line for people: when, how bad, who, what, and facts; nothing a terminal obeys."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        facts = "".join(f" {name}={_plain(value)}" for name, value in _facts_of(record).items())
        moment = _moment(record).strftime("%Y-%m-%d %H:%M:%S")
        message = printable(scrub(record.getMessage()))
        line = f"{moment} {record.levelname:7} {record.name}: {message}{printable(scrub(facts))}"
        # Indented, so that no line of it can be taken for one of the log.
        more = [printable(one) for one in scrub(_trace_of(self, record)).splitlines()]
        return "\n    ".join([line, *more])


class JsonLines(logging.Formatter):
    """A JSON object on one line for programs."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "time": _moment(record).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": scrub(record.getMessage()),
        }
        told |= {name: _simple(value) for name, value in _facts_of(record).items()}
        trace = _trace_of(self, record)
        if trace:
            told["exception"] = scrub(trace)
        return json.dumps(told)


def _facts_of(record: logging.LogRecord) -> dict[str, Any]:
    return {
        name: value
        for name, value in vars(record).items()
        if name not in _OWN and value not in (None, "")
    }


def _moment(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _trace_of(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    traces = [formatter.formatException(record.exc_info)] if record.exc_info else []
    if record.stack_info:
        traces.append(record.stack_info)
    return "\n".join(traces)


def _simple(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    return scrub(str(value))


def _plain(value: Any) -> str:
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if _NEEDS_QUOTES.search(text) else text


def _log_surprise(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        _log.critical("the process ends by an error", exc_info=(kind, error, trace))
