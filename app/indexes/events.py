"""Facts about indexes."""

from dataclasses import dataclass
from typing import ClassVar

from app.core.events import Event


@dataclass(frozen=True, kw_only=True)
class IndexEvent(Event):
    """Something about an index itself changed."""

    index_slug: str


@dataclass(frozen=True, kw_only=True)
class PagesVoided(IndexEvent):
    """All ready pages of an index are void; it has a new generation."""


@dataclass(frozen=True, kw_only=True)
class BaseChanged(PagesVoided):
    """What an index shows of others is another thing now; what happened is told elsewhere."""

    is_history: ClassVar[bool] = False


@dataclass(frozen=True, kw_only=True)
class IndexOpened(IndexEvent):
    """There is a new index."""

    title: str
    kind: str
    visibility: str


@dataclass(frozen=True, kw_only=True)
class IndexRemoved(IndexEvent):
    """An index goes with all that is in it; `dependents` go on without it.

    Told while it is still there, so that a listener may refuse.
    """

    with_projects: bool
    dependents: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TitleChanged(IndexEvent):
    """An index has another title."""

    title: str


@dataclass(frozen=True, kw_only=True)
class VisibilityChanged(PagesVoided):
    """An index was opened or closed to readers."""

    visibility: str


@dataclass(frozen=True, kw_only=True)
class BasesChanged(PagesVoided):
    """An index looks elsewhere for what it has not itself."""

    bases: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class UpstreamChanged(PagesVoided):
    """A mirror copies another address, or none."""

    upstream_url: str | None


@dataclass(frozen=True, kw_only=True)
class RuleChanged(IndexEvent):
    """A rule of an index was switched on or off."""

    rule: str
    is_on: bool


@dataclass(frozen=True, kw_only=True)
class PageRuleChanged(RuleChanged, PagesVoided):
    """A rule about what an index shows was switched on or off."""


@dataclass(frozen=True, kw_only=True)
class AgeChanged(PagesVoided):
    """Files of upstreams must be older or younger to be shown; None leaves it to the bases."""

    days: int | None


@dataclass(frozen=True, kw_only=True)
class IndexLimitsChanged(IndexEvent):
    """Files and projects of an index may be larger or smaller; None is no limit of its own."""

    max_file_mb: int | None
    max_project_mb: int | None


@dataclass(frozen=True, kw_only=True)
class RightGranted(IndexEvent):
    """An account may read, upload to or administer an index."""

    username: str
    right: str


@dataclass(frozen=True, kw_only=True)
class RightTaken(IndexEvent):
    """An account lost its right in an index."""

    username: str


@dataclass(frozen=True, kw_only=True)
class PatternReserved(Event):
    """No upstream is asked any more for names that a pattern covers."""

    pattern: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PatternFreed(Event):
    """Upstreams may be asked again for names that a pattern covers."""

    pattern: str
