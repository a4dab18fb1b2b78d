"""The labels that filters of searches show and count."""

from collections.abc import Mapping

from app.search import facts

INDEX, LICENSE, PYTHON, TOPIC, STATUS, TYPED = (
    *("index", "license", "python"),
    *("topic", "status", "typed"),
)
# The filter of a label, by what can be chosen together.
FILTERS = {
    facts.LICENSE: LICENSE,
    facts.PYTHON: PYTHON,
    "Topic": TOPIC,
    "Development Status": STATUS,
    "Typing": TYPED,
}


def head_of(kind: str, value: str) -> str:
    """Return what of labels can be chosen together: one of them must be there."""
    return value.partition(" :: ")[0] if kind == facts.CLASSIFIER else kind


def filter_of(kind: str, value: str) -> str | None:
    """Return the filter that shows a label, or None."""
    return FILTERS.get(head_of(kind, value))


def pack_facets(numbers: Mapping[tuple[str, str], int]) -> str:
    """Return the numbers of those labels that filters show, as listings keep them."""
    shown = (number for label, number in numbers.items() if filter_of(*label) is not None)
    return " ".join(map(str, sorted(shown)))
