"""Pages that every site has, each at an address of its own."""

from collections.abc import Collection, Iterator

from app.feeds.maps import Address, Part, Section
from app.web.http import absolute_url


def fixed_section(name: str, endpoints: Collection[str]) -> Section:
    """Return a section of the pages of some endpoints, which take no values."""

    def find_part(number: int) -> Part | None:
        return Part(number=1) if number == 1 else None

    def addresses(number: int) -> Iterator[Address]:
        # At once: outside a request nobody knows where the site is.
        return iter([Address(absolute_url(endpoint)) for endpoint in endpoints])

    return Section(
        name=name,
        endpoints=frozenset(endpoints),
        list_parts=lambda: [Part(number=1)],
        find_part=find_part,
        addresses=addresses,
    )
