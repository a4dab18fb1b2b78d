"""What a mirror copies: an address in the configuration or, without a login, in the database."""

import re
from urllib.parse import SplitResult, urlsplit

from app.accounts.actors import OPERATOR, Actor
from app.core.events import tell
from app.core.i18n import _l
from app.core.runtime import setting
from app.indexes.events import UpstreamChanged
from app.indexes.exceptions import BadUpstream
from app.indexes.models import Index
from app.indexes.permissions import demand_site_admin
from app.indexes.queries import MIRROR, list_paths
from app.indexes.services import describe, void_pages
from app.indexes.slugs import variable_of

LONGEST = 500

_PRINTABLE = re.compile(r"[!-~]+")


def change_upstream(index: Index, url: str, *, actor: Actor = OPERATOR) -> None:
    """Let a mirror copy an address, or nothing if it is empty.

    Only who runs the site may: from then on the server asks that address. Raises
    `BadUpstream` for one that cannot be used, or holds a login.
    """
    demand_site_admin(actor)
    if index.kind != MIRROR:
        raise BadUpstream(_l("Only a mirror has an upstream."))
    wanted = _clean(index.slug, url.strip()) if url.strip() else None
    if wanted == index.upstream_url:
        return
    index.upstream_url = wanted
    void_pages(index)
    tell(UpstreamChanged(**describe(actor, index), upstream_url=index.upstream_url))


def is_configured(slug: str) -> bool:
    """Tell whether the configuration says what a mirror copies, whatever the database has."""
    return slug in setting("UPSTREAMS")


def find_host(index: Index) -> str | None:
    """Return the host that a mirror copies, with a port if it has one, or None if it is off."""
    url = setting("UPSTREAMS").get(index.slug) or index.upstream_url
    # A login stands before the host.
    return urlsplit(url).netloc.rpartition("@")[2] if url and index.kind == MIRROR else None


def list_hosts(index: Index) -> tuple[str, ...]:
    """Return the hosts that an index copies, itself or through its bases, in their order."""
    return tuple(host for path in list_paths(index) if (host := find_host(path[-1])))


def _clean(slug: str, url: str) -> str:
    parts = _split(url)
    if "@" in parts.netloc:
        raise BadUpstream(
            _l(
                "A login is not kept in the database. Set %(variable)s in the environment, "
                "with the login in the address.",
                variable=variable_of(slug),
            )
        )
    if parts.query or parts.fragment or "?" in url or "#" in url:
        raise BadUpstream(_l("The address of a simple index has no ? and no # in it."))
    return url.rstrip("/") + "/"


def _split(url: str) -> SplitResult:
    if len(url) >= LONGEST or _PRINTABLE.fullmatch(url) is None:
        raise BadUpstream
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in {"http", "https"} and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        raise BadUpstream from None
    if not is_good:
        raise BadUpstream
    return parts
