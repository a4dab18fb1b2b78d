"""What a release needs, as people read it."""

from dataclasses import dataclass, replace

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


def list_needs(requirements: tuple[str, ...]) -> tuple[Need, ...]:
    """Return requirements (PEP 508) taken apart; one that cannot be read is shown as it is."""
    return tuple(map(_read, requirements))


def mark_known(needs: tuple[Need, ...], known: frozenset[str]) -> tuple[Need, ...]:
    """Return needs that tell which of them have a page here."""
    return tuple(replace(need, is_here=need.normalized_name in known) for need in needs)


def _read(text: str) -> Need:
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
    )
