"""The ways through the back office."""

from dataclasses import dataclass
from typing import Any

from flask import url_for

from app.core.i18n import _l


@dataclass(frozen=True)
class Way:
    """A link of the navigation.

    What lies below its address counts as a part of it, and what lies at `beside`
    below the address of the back office.
    """

    endpoint: str
    title: Any
    beside: str = ""


@dataclass(frozen=True)
class Step:
    """A way as the page shows it."""

    url: str
    title: str
    is_current: bool


WAYS = (
    Way("admin.dashboard", _l("Overview")),
    Way("admin.accounts", _l("Accounts"), beside="/account/"),
    Way("admin.projects", _l("Projects"), beside="/project/"),
    Way("admin.trash", _l("Trash")),
    Way("admin.prohibited", _l("Prohibited names")),
    Way("admin.indexes", _l("Indexes"), beside="/index/"),
    Way("admin.synonyms", _l("Synonyms")),
    Way("admin.flags", _l("Switches and messages"), beside="/banner/"),
    Way("admin.jobs", _l("Jobs")),
    Way("admin.journal", _l("Journal")),
    Way("admin.pages", _l("Pages")),
    Way("admin.stats", _l("Statistics")),
)


def list_steps(here: str) -> list[Step]:
    """Return all ways, of which the one to the page at an address is the current one."""
    root = url_for("admin.dashboard")
    path = here.removeprefix(root.removesuffix("/"))
    return [
        Step(url, str(way.title), _leads(way, url, here, path))
        for way, url in ((way, url_for(way.endpoint)) for way in WAYS)
    ]


def _leads(way: Way, url: str, here: str, path: str) -> bool:
    if way is WAYS[0]:
        # All pages lie below the overview.
        return here == url
    return here.startswith(url) or (way.beside != "" and path.startswith(way.beside))
