"""What a release needs, as people read it."""

from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement

from app.projects.names import normalise


@dataclass(frozen=True)
class Need:
    """One requirement; `is_here` tells whether this index has a page for it."""

    name: str
    normalized_name: str
    extras: tuple[str, ...]
    specifier: str
    marker: str
    is_here: bool = False


def list_needs(requirements: tuple[str, ...], here: frozenset[str]) -> tuple[Need, ...]:
    """Return requirements (PEP 508) taken apart; `here` are the names that have a page.

    One that cannot be read is shown as it is.
    """
    return tuple(_read(text, here) for text in requirements)


def _read(text: str, here: frozenset[str]) -> Need:
    try:
        needed = Requirement(text)
    except InvalidRequirement:
        return Need(text, "", (), "", "")
    return Need(
        name=needed.name,
        normalized_name=normalise(needed.name),
        extras=tuple(sorted(needed.extras)),
        specifier=f"@ {needed.url}" if needed.url else str(needed.specifier).replace(",", ", "),
        marker=str(needed.marker or ""),
        is_here=normalise(needed.name) in here,
    )
