"""What the map has of the pages that people write: those that everybody may see."""

from collections.abc import Iterator

from app.feeds.maps import Address, Part, Section
from app.pages.directory import recall_directory
from app.web.http import base_url


def _find_part(number: int) -> Part | None:
    # There are never so many that they would not fit into one.
    return _part() if number == 1 else None


def _part() -> Part:
    directory = recall_directory()
    times = (page.changed_at for page in directory.pages.values())
    changed_at = max((at for at in times if at is not None), default=None)
    return Part(number=1, stamp=directory.generation or "", changed_at=changed_at)


def _addresses(number: int) -> Iterator[Address]:
    site = base_url()
    return iter(
        [
            Address(f"{site}{page.path.quoted}", page.changed_at, tuple(page.editions))
            for page in recall_directory().pages.values()
            if page.is_listed
        ]
    )


PAGES = Section(
    name="pages",
    endpoints=frozenset(),
    list_parts=lambda: [_part()],
    find_part=_find_part,
    addresses=_addresses,
)
