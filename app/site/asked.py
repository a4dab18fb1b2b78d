"""What is asked of a search: the parameters of its address."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Self

from werkzeug.datastructures import MultiDict

from app.core.exceptions import NotFound
from app.core.i18n import _l
from app.search.facts import CLASSIFIER, LICENSE, LONGEST_LABEL, PYTHON
from app.search.wishes import LAST_PAGE, RELEVANCE, SORTS, Wish
from app.search.words import Words

# Which labels a filter looks at, and for classifiers below which part.
LABELS = {
    "python": (PYTHON, ""),
    "license": (LICENSE, ""),
    "topic": (CLASSIFIER, "Topic :: "),
    "status": (CLASSIFIER, "Development Status :: "),
}
INDEX, TYPED, WITHIN, YANKED = "index", "typed", "within", "yanked"
IS_TYPED = "Typing :: Typed"
DAYS = (30, 90, 365)
YES, NO = "yes", "no"
# Of each filter; every one of them is looked up.
MOST_CHOSEN = 10


class NoSuchPage(NotFound):
    """There are not that many results, or that is no number."""

    code = "no-such-page"
    message = _l("There is no such page of results.")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A search as its address tells it; what nobody could mean is left out.

    `chosen` are values by the filters of `LABELS`, classifiers without their first part.
    """

    words: Words
    chosen: dict[str, tuple[str, ...]] = field(hash=False)
    index: str | None = None
    days: int | None = None
    is_typed: bool = False
    is_yanked_hidden: bool = False
    sort: str = RELEVANCE
    number: int = 1

    @classmethod
    def of(cls, told: MultiDict[str, str]) -> Self:
        """Read the parameters of an address; raises `NoSuchPage`."""
        days, sort = told.get(WITHIN, ""), told.get("sort", "")
        return cls(
            words=Words.of(told.get("q", "")),
            chosen={key: _usable(told.getlist(key), LABELS[key][1]) for key in LABELS},
            index=next(iter(_usable(told.getlist(INDEX))), None),
            days=int(days) if days in map(str, DAYS) else None,
            is_typed=told.get(TYPED) in {YES, "1", "true"},
            is_yanked_hidden=told.get(YANKED) in {NO, "0", "false"},
            sort=sort if sort in SORTS else RELEVANCE,
            number=_number(told.get("page", "")),
        )

    @property
    def wish(self) -> Wish:
        """Return what is looked for."""
        labels = {(LABELS[key][0], LABELS[key][1] + value) for key, value in self.values()}
        return Wish(
            text=self.words.text,
            labels=frozenset(labels | ({(CLASSIFIER, IS_TYPED)} if self.is_typed else set())),
            index=self.index,
            days=self.days,
            is_yanked_hidden=self.is_yanked_hidden,
            sort=self.sort,
            number=self.number,
        )

    @property
    def is_filtered(self) -> bool:
        """Tell whether any filter is chosen."""
        others = (self.index, self.days, self.is_typed, self.is_yanked_hidden)
        return any(others) or any(self.chosen.values())

    def values(self) -> list[tuple[str, str]]:
        """Return the filters of `LABELS` with each of their values."""
        return [(key, value) for key, values in self.chosen.items() for value in values]

    def parameters(self, *, number: int = 1) -> dict[str, str | int | list[str]]:
        """Return what an address of a page of the same results holds, and no more."""
        told = {
            "q": self.words.text,
            **{key: list(values) for key, values in self.chosen.items()},
            INDEX: self.index,
            WITHIN: self.days,
            TYPED: YES if self.is_typed else None,
            YANKED: NO if self.is_yanked_hidden else None,
            "sort": self.sort if self.sort != RELEVANCE else None,
            "page": number if number > 1 else None,
        }
        return {key: value for key, value in told.items() if value}

    def without(self, key: str, value: str) -> Self:
        """Return the same search without one value of a filter of `LABELS`."""
        rest = tuple(each for each in self.chosen[key] if each != value)
        return replace(self, chosen=self.chosen | {key: rest})

    def without_filters(self) -> Self:
        """Return the same search without any filter."""
        nothing: dict[str, tuple[str, ...]] = dict.fromkeys(self.chosen, ())
        return replace(
            self, chosen=nothing, index=None, days=None, is_typed=False, is_yanked_hidden=False
        )


def _usable(values: Iterable[str], head: str = "") -> tuple[str, ...]:
    short = (value.strip().removeprefix(head) for value in values)
    found = (value for value in short if 0 < len(head + value) <= LONGEST_LABEL)
    # No database looks for a NUL.
    return tuple(dict.fromkeys(value for value in found if value and "\0" not in value))[
        :MOST_CHOSEN
    ]


def _number(text: str) -> int:
    # Python takes digits of all scripts for numbers, and long ones for an attack.
    short = text.strip()
    if not short:
        return 1
    number = int(short) if short.isdecimal() and len(short) < 6 else 0
    if not 1 <= number <= LAST_PAGE:
        raise NoSuchPage
    return number
