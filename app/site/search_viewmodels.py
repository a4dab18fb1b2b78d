"""Frozen page objects of the search page."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.core.i18n import _, _l
from app.search.wishes import NAME, NEWEST, POPULARITY, RELEVANCE, Choice, Found
from app.search.words import NAME as NAME_FIELD
from app.search.words import Words
from app.site.asked import DAYS, INDEX, IS_TYPED, LABELS, TYPED, Asked

# So many values of a filter are shown; the others unfold.
_SHOWN = 6
_AROUND = 2
_HEADING = 60

_SORTS = {
    RELEVANCE: _l("Relevance"),
    POPULARITY: _l("Popularity"),
    NEWEST: _l("Newest release"),
    NAME: _l("Name"),
}
_TITLES = {
    INDEX: _l("Index"),
    "python": _l("Python"),
    "license": _l("Licence"),
    "topic": _l("Topic"),
    "status": _l("Development status"),
}


_TIMES = dict(
    zip(
        DAYS,
        (_l("in the last 30 days"), _l("in the last 90 days"), _l("in the last year")),
        strict=True,
    )
)
_TIPS = (
    ("http client", _l("projects with both words, or with words that mean the same")),
    ('"date parsing"', _l("these words side by side")),
    ("name:flask", _l("names with this word")),
    ("author:armin", _l("what somebody has written")),
    ("depends:django", _l("projects that need another one")),
    ('classifier:"Framework :: Django"', _l("projects with a classifier, or one below it")),
    ('license:"MIT License"', _l("projects under a license")),
)


@dataclass(frozen=True, kw_only=True)
class Option:
    """A value that can be chosen, its name for people, and how many results have it."""

    value: str
    label: str
    count: int = 0
    is_chosen: bool = False


@dataclass(frozen=True, kw_only=True)
class Filter:
    """A filter with its values; `key` is its parameter, and of some only one is chosen."""

    key: str
    title: str
    options: tuple[Option, ...]

    @property
    def is_single(self) -> bool:
        """Tell whether only one of the values can be chosen."""
        return self.key == INDEX

    @property
    def is_chosen(self) -> bool:
        """Tell whether any value is chosen."""
        return any(option.is_chosen for option in self.options)

    @property
    def first(self) -> tuple[Option, ...]:
        """Return the values that are always shown."""
        return self.options[:_SHOWN]

    @property
    def rest(self) -> tuple[Option, ...]:
        """Return the values that unfold."""
        return self.options[_SHOWN:]

    @property
    def is_rest_chosen(self) -> bool:
        """Tell whether any of the values that unfold is chosen."""
        return any(option.is_chosen for option in self.rest)


@dataclass(frozen=True, kw_only=True)
class Badge:
    """A value of a filter that was chosen, and the same search without it."""

    label: str
    without: Asked


@dataclass(frozen=True, kw_only=True)
class SearchView:
    """A page of results in an index, or of all its projects when nothing was asked for."""

    slug: str
    asked: Asked
    found: Found

    @property
    def text(self) -> str:
        """Return what was typed."""
        return self.asked.words.text

    @property
    def short_text(self) -> str:
        """Return as much of the text as fits a heading."""
        text = self.text
        return text if len(text) <= _HEADING else text[: _HEADING - 1].rstrip() + "…"

    @property
    def is_end(self) -> bool:
        """Tell whether others would follow, but nobody turns further."""
        return self.found.is_more and self.found.number == self.found.pages

    @property
    def name(self) -> str:
        """Return the name of a project that the text may be, or nothing."""
        words = self.asked.words
        names = (*words.terms, *words.fields.get(NAME_FIELD, ()))
        return names[0] if len(names) == 1 and not words.phrases else ""

    @property
    def tips(self) -> tuple[tuple[str, str], ...]:
        """Return examples of what can be typed, and what they find."""
        return tuple((example, str(meaning)) for example, meaning in _TIPS)

    @property
    def filters(self) -> tuple[Filter, ...]:
        """Return the filters of which something can be chosen."""
        found = (Filter(key=key, title=str(_TITLES[key]), options=self._of(key)) for key in _TITLES)
        return tuple(each for each in found if each.is_chosen or len(each.options) > each.is_single)

    @property
    def typed(self) -> Option:
        """Return the filter for projects that tell the types of what they hold."""
        counts = {_short(TYPED, choice.value): choice.count for choice in self._choices(TYPED)}
        count = counts.get(_short(TYPED, IS_TYPED), 0)
        label = _("Has type hints")
        return Option(value=IS_TYPED, label=label, count=count, is_chosen=self.asked.is_typed)

    @property
    def times(self) -> tuple[Option, ...]:
        """Return the times within which the newest release can be."""
        return tuple(
            Option(value=str(days), label=str(label), is_chosen=self.asked.days == days)
            for days, label in _TIMES.items()
        )

    @property
    def sorts(self) -> tuple[Option, ...]:
        """Return the orders that results can be in."""
        return tuple(
            Option(value=sort, label=str(label), is_chosen=sort == self.asked.sort)
            for sort, label in _SORTS.items()
        )

    @property
    def badges(self) -> tuple[Badge, ...]:
        """Return all that is chosen of the filters."""
        return tuple(Badge(label=label, without=without) for label, without in _badges(self.asked))

    @property
    def numbers(self) -> tuple[int | None, ...]:
        """Return the numbers of pages to turn to: both ends and those around, None for a gap."""
        here, last = self.found.number, self.found.pages
        near = {1, last, *range(max(here - _AROUND, 1), min(here + _AROUND, last) + 1)}
        numbers: list[int | None] = []
        before = 0
        for number in sorted(near):
            if number - before > 1:
                # A gap of one number is as wide as the number.
                numbers.append(number - 1 if number - before == 2 else None)
            numbers.append(number)
            before = number
        return tuple(numbers)

    def parameters_for(self, text: str) -> dict[str, str | int | list[str]]:
        """Return what the address of the same search for another text holds."""
        return replace(self.asked, words=Words.of(text)).parameters()

    def _of(self, key: str) -> tuple[Option, ...]:
        chosen = {self.asked.index} if key == INDEX else set(self.asked.chosen[key])
        counts = {_short(key, choice.value): choice.count for choice in self._choices(key)}
        # What was chosen can be taken back, even where nothing has it.
        counts |= {value: 0 for value in sorted(filter(None, chosen)) if value not in counts}
        options = [
            Option(value=value, label=_label(key, value), count=count, is_chosen=value in chosen)
            for value, count in counts.items()
        ]
        return tuple(_in_order(key, options))

    def _choices(self, key: str) -> tuple[Choice, ...]:
        return self.found.choices.get(key, ())


def _short(key: str, value: str) -> str:
    head = "Typing :: " if key == TYPED else LABELS.get(key, ("", ""))[1]
    return value.removeprefix(head)


def _label(key: str, value: str) -> str:
    # "5 - Production/Stable": the number only keeps them in order.
    return value.partition(" - ")[2] or value if key == "status" else value


def _in_order(key: str, options: list[Option]) -> list[Option]:
    if key == "python":
        return sorted(options, key=lambda option: _parts(option.value), reverse=True)
    return sorted(options, key=lambda option: option.value) if key == "status" else options


def _parts(version: str) -> list[str]:
    return [part.zfill(5) for part in version.split(".")]


def _badges(asked: Asked) -> Iterator[tuple[str, Asked]]:
    if asked.index:
        yield _badge(_("Index"), asked.index), replace(asked, index=None)
    for key, value in asked.values():
        yield _badge(str(_TITLES[key]), _label(key, value)), asked.without(key, value)
    if asked.days:
        label = _badge(_("Newest release"), str(_TIMES[asked.days]))
        yield label, replace(asked, days=None)
    if asked.is_typed:
        yield _("Has type hints"), replace(asked, is_typed=False)
    if asked.is_yanked_hidden:
        yield _("Without yanked ones"), replace(asked, is_yanked_hidden=False)


def _badge(title: str, value: str) -> str:
    return str(_("%(filter)s: %(value)s", filter=title, value=value))
