"""What a release needs, as people read it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from packaging.requirements import InvalidRequirement, Requirement

from app.projects.names import normalise
from app.site.markers import find_extras, list_conditions, without_extra

# Honest releases need some dozens; a page with more would be of no use.
MOST_NEEDS = 500
_LONGEST = 2_000
# A marker may ask for any of several extras.
_MOST_NAMED = 10


@dataclass(frozen=True)
class Need:
    """One requirement; `is_here` tells whether this index has a page for it.

    `conditions` say in words when it is needed; `marker` is what has none.
    """

    name: str
    normalized_name: str
    extras: tuple[str, ...]
    specifier: str
    marker: str
    conditions: tuple[str, ...] = ()
    is_here: bool = False


@dataclass(frozen=True, kw_only=True)
class Extra:
    """Something that a release does besides, what that needs, and the lines that install it."""

    name: str
    needs: tuple[Need, ...]


@dataclass(frozen=True, kw_only=True)
class Needs:
    """All that a release needs: always, and for each of its extras; `hidden` are not shown."""

    always: tuple[Need, ...] = ()
    extras: tuple[Extra, ...] = ()
    hidden: int = 0

    def __bool__(self) -> bool:
        return bool(self.always or self.extras)

    @property
    def count(self) -> int:
        """Return how many requirements are always there."""
        return len(self.always)


def list_needs(
    requirements: tuple[str, ...], here: frozenset[str], extras: tuple[str, ...] = ()
) -> Needs:
    """Return requirements (PEP 508) taken apart and sorted by the extras that ask for them.

    `here` are the normalised names that have a page, and `extras` those that the
    release says it has. A requirement that cannot be read is shown as it is.
    """
    always: list[Need] = []
    groups: dict[str, tuple[str, list[Need]]] = {
        normalise(extra): (extra, []) for extra in extras[:MOST_NEEDS]
    }
    for text in requirements[:MOST_NEEDS]:
        need = _read(text, here)
        named = find_extras(need.marker)[:_MOST_NAMED]
        if not named:
            always.append(_in_words(need, need.marker))
        for extra in named:
            rest = without_extra(need.marker) if len(named) == 1 else need.marker
            groups.setdefault(normalise(extra), (extra, []))[1].append(_in_words(need, rest))
    return Needs(
        always=tuple(always),
        extras=tuple(_extras(groups.values())),
        hidden=max(len(requirements) - MOST_NEEDS, 0),
    )


def _extras(groups: Iterable[tuple[str, list[Need]]]) -> Iterable[Extra]:
    return (Extra(name=name, needs=tuple(needs)) for name, needs in groups)


def _in_words(need: Need, marker: str) -> Need:
    conditions = list_conditions(marker)
    return replace(need, conditions=conditions, marker="" if conditions else marker)


def _read(text: str, here: frozenset[str]) -> Need:
    try:
        needed = Requirement(text[:_LONGEST])
    except (InvalidRequirement, RecursionError):
        return Need(text[:_LONGEST], "", (), "", "")
    return Need(
        name=needed.name,
        normalized_name=normalise(needed.name),
        extras=tuple(sorted(needed.extras)),
        specifier=f"@ {needed.url}" if needed.url else str(needed.specifier).replace(",", ", "),
        marker=str(needed.marker or ""),
        is_here=normalise(needed.name) in here,
    )
