"""The pages that people write, for the map: those that everybody may see and that are listed."""

from collections.abc import Iterator

from app.feeds.maps import Address, Part, Section
from app.pages.frame import site_directory
from app.pages.paths import find_rule
from app.pages.public import PublicPage
from app.web.http import base_url


def has_page(path: str) -> bool:
    """Tell whether everybody may see a page at a path."""
    return path in site_directory().pages


def _list_listed() -> list[PublicPage]:
    pages = (page for page in site_directory().pages.values() if page.is_listed)
    # Where the application itself answers, nobody finds the page.
    return [page for page in pages if find_rule(page.path.address) is None]


def _list_parts() -> list[Part]:
    pages = _list_listed()
    times = (page.changed_at for page in pages)
    changed_at = max((at for at in times if at is not None), default=None)
    stamp = str(site_directory().generation)
    return [Part(number=1, stamp=stamp, changed_at=changed_at)] if pages else []


def _find_part(number: int) -> Part | None:
    return next((part for part in _list_parts() if part.number == number), None)


def _list_addresses(number: int) -> Iterator[Address]:
    # At once: there are few, and outside a request nobody knows where the site is.
    return iter(
        [
            Address(f"{base_url()}{page.path.quoted}", page.changed_at, tuple(page.editions))
            for page in _list_listed()
        ]
    )


PAGES = Section(
    name="pages",
    endpoints=frozenset(),
    list_parts=_list_parts,
    find_part=_find_part,
    addresses=_list_addresses,
)
