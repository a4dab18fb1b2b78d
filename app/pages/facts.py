"""What stands in the places that pages leave open, as it is for one reader."""

from functools import cache
from urllib.parse import urlsplit

from flask import get_template_attribute
from markupsafe import Markup

from app.accounts.models import Account
from app.accounts.queries import list_administrators
from app.core.runtime import setting
from app.indexes.queries import get_index
from app.indexes.upstreams import list_hosts
from app.pages.filling import Facts
from app.web.http import base_url

_LOOPBACK = {"localhost", "127.0.0.1"}


def gather_facts(prefix: str) -> Facts:
    """Return the facts for a reader who has the site below a prefix.

    Each is found out only if a page asks for it.
    """

    @cache
    def team() -> list[Account]:
        return list_administrators()

    @cache
    def upstreams() -> tuple[str, ...]:
        return list_hosts(get_index())

    def show_team() -> Markup:
        return Markup(get_template_attribute("macros/pages.html", "team")(team()))  # noqa: S704

    return Facts(
        values={
            "site_name": lambda: str(setting("SITE_NAME")),
            "site_url": base_url,
            "index_url": _index_url,
            "upload_url": lambda: f"{base_url()}/legacy/",
            "host": _host,
            "contact_email": lambda: setting("CONTACT_EMAIL") or "",
            "upstreams": lambda: ", ".join(upstreams()),
        },
        blocks={"team": show_team},
        conditions={
            "upstreams": lambda: bool(upstreams()),
            "team": lambda: bool(team()),
            "contact_email": lambda: bool(setting("CONTACT_EMAIL")),
            "plain_http": _is_plain,
        },
        prefix=prefix,
    )


def _index_url() -> str:
    return f"{base_url()}/simple/"


def _host() -> str:
    return urlsplit(base_url()).hostname or ""


def _is_plain() -> bool:
    """Tell whether the site is served in the clear, which installers want to be told."""
    return base_url().startswith("http://") and _host() not in _LOOPBACK
