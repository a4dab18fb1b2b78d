"""What is asked of a search, and what it answers."""

from dataclasses import dataclass, field

from app.sources.page import ProjectLine

PAGE_SIZE = 20
# Nobody reads that far: so many matches are looked at, the most popular first.
MOST_MATCHES = 3_000
LAST_PAGE = MOST_MATCHES // PAGE_SIZE

RELEVANCE, POPULARITY, NEWEST, NAME = "relevance", "popularity", "newest", "name"
SORTS = (RELEVANCE, POPULARITY, NEWEST, NAME)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A search: what was typed, and the filters that were chosen beside it.

    `labels` are pairs of kind and value, and a project must have one of each kind,
    except classifiers, of which it must have one below each first part (`Topic`,
    `Development Status` …). `index` is a slug; `days` is within how many of them the
    newest release must be.
    """

    text: str = ""
    labels: frozenset[tuple[str, str]] = frozenset()
    index: str | None = None
    days: int | None = None
    is_yanked_hidden: bool = False
    sort: str = RELEVANCE
    number: int = 1


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A value of a filter and how many of the first matches have it."""

    value: str
    count: int
    is_chosen: bool = False


@dataclass(frozen=True, kw_only=True)
class Found:
    """One page of what was found.

    `total` counts no more than MOST_MATCHES, and `is_more` says that there are others
    or may be. `suggestion` is what was probably meant. `choices` are by filter:
    `index`, `license`, `python`, `topic`, `status`, `typed`.
    """

    lines: tuple[ProjectLine, ...]
    total: int
    number: int
    is_more: bool = False
    suggestion: str | None = None
    choices: dict[str, tuple[Choice, ...]] = field(default_factory=dict, hash=False)

    @property
    def pages(self) -> int:
        """Return the number of pages that can be turned to."""
        return max(-(-self.total // PAGE_SIZE), 1)


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A project that somebody may be typing the name of."""

    name: str
    normalized_name: str
    summary: str
