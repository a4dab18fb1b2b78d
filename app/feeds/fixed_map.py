"""Pages that every site has: each at an endpoint, with the values that it is asked with."""

from collections.abc import Iterator, Mapping, Sequence

from app.core.runtime import application
from app.feeds.maps import Address, Part, Section
from app.web.http import absolute_url

Place = tuple[str, Mapping[str, str]]


def fixed_section(name: str, places: Sequence[Place]) -> Section:
    """Return a section of the pages at some places; those that the application lacks are left out.

    So a feature that is taken away takes its pages from the map, and not the map with them.
    """

    def find_part(number: int) -> Part | None:
        return Part(number=1) if number == 1 else None

    def addresses(number: int) -> Iterator[Address]:
        known = application().view_functions
        # At once: outside a request nobody knows where the site is.
        found = (place for place in places if place[0] in known)
        return iter([Address(absolute_url(endpoint, **values)) for endpoint, values in found])

    return Section(
        name=name,
        endpoints=frozenset(endpoint for endpoint, _values in places),
        list_parts=lambda: [Part(number=1)],
        find_part=find_part,
        addresses=addresses,
    )
