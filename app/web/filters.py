"""How templates write numbers, sizes and times."""

from datetime import date, datetime
from functools import lru_cache
from urllib.parse import urlencode

from babel import Locale
from babel.dates import format_date, format_datetime
from flask import Flask, has_request_context, request
from flask_babel import (
    format_decimal,
    format_percent,
    format_timedelta,
    get_locale,
)
from jinja2 import StrictUndefined

from app.core import clock
from app.core.i18n import ARGUMENT, LANGUAGES, _

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"


def init_app(app: Flask) -> None:
    """Give the filters to an application's templates, where every name must exist."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    # Translators see sentences, not the indentation of templates; babel.cfg says the same.
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    for write in (filesize, day, moment, ago, number, share):
        app.jinja_env.filters[write.__name__] = write
    app.context_processor(_page_frame)


def filesize(size: int) -> str:
    """Write a size in bytes as people read it, in the reader's numbers."""
    amount = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            break
        amount /= 1000
    shape = "#,##0" if unit == "B" else "#,##0.0"
    return str(_("%(amount)s %(unit)s", amount=format_decimal(amount, format=shape), unit=unit))


def day(value: date) -> str:
    """Write a day."""
    date_only = value.date() if isinstance(value, datetime) else value
    return _write_day(date_only, str(get_locale() or Locale("en")))


# Pages with hundreds of days and moments show the same ones again and again.
@lru_cache(maxsize=10_000)
def _write_day(value: date, locale: str) -> str:
    return str(format_date(value, "medium", locale=locale))


def moment(value: datetime) -> str:
    """Write a day and a time, in UTC."""
    return _write_moment(value, str(get_locale() or Locale("en")))


@lru_cache(maxsize=10_000)
def _write_moment(value: datetime, locale: str) -> str:
    return str(_("%(moment)s UTC", moment=format_datetime(value, "medium", locale=locale)))


def ago(value: datetime) -> str:
    """Write how long ago something was."""
    return str(format_timedelta(value - clock.now(), add_direction=True, threshold=1.2))


def number(value: int) -> str:
    """Write a number with the reader's separators."""
    return str(format_decimal(value))


def share(value: float) -> str:
    """Write a part of a whole, from 0 to 1, in per cent."""
    pattern = (get_locale() or Locale("en")).percent_formats[None].pattern
    return str(format_percent(value, pattern.replace("0", "0.0", 1)))


def reader_theme() -> str:
    """Return the colours that the reader chose: one of THEMES."""
    chosen = request.cookies.get(THEME_COOKIE) if has_request_context() else None
    return chosen if chosen in THEMES else THEMES[0]


def _page_frame() -> dict[str, object]:
    locale = get_locale()
    return {
        "languages": LANGUAGES,
        "locale": str(locale).replace("_", "-"),
        "text_direction": locale.text_direction if locale else "ltr",
        "theme": reader_theme(),
        "here": _here(),
    }


def _here() -> str:
    """Return the address of this page as a `next` parameter carries it."""
    if not has_request_context():
        return "/"
    # A page may be the answer to a form whose address shows nothing by itself.
    rule = request.url_rule
    if rule is not None and "GET" not in (rule.methods or ()):
        return "/"
    if ARGUMENT not in request.args:
        return request.full_path.rstrip("?")
    # Whoever goes back here has just chosen a language, and the address would know better.
    kept = [(key, value) for key, value in request.args.items(multi=True) if key != ARGUMENT]
    return f"{request.path}?{urlencode(kept)}" if kept else request.path
