"""The ways through the back office."""

from dataclasses import dataclass
from typing import Any

from flask import url_for

from app.core.i18n import _l


@dataclass(frozen=True)
class Way:
    """A link of the navigation; what lies below its address counts as a part of it."""

    endpoint: str
    title: Any


@dataclass(frozen=True)
class Step:
    """A way as the page shows it."""

    url: str
    title: str
    is_current: bool


WAYS = (Way("admin.dashboard", _l("Overview")),)


def list_steps(here: str) -> list[Step]:
    """Return all ways, of which the one to the page at an address is the current one."""
    urls = [url_for(way.endpoint) for way in WAYS]
    # The overview lies above all others, so the longest address that fits is meant.
    current = max((url for url in urls if here.startswith(url)), key=len, default="")
    return [Step(url, str(way.title), url == current) for url, way in zip(urls, WAYS, strict=True)]
