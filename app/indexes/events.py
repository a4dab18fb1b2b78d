"""Facts about indexes."""

from dataclasses import dataclass

from app.core.events import Event


@dataclass(frozen=True, kw_only=True)
class IndexEvent(Event):
    """Something about an index itself changed."""

    index_slug: str


@dataclass(frozen=True, kw_only=True)
class PagesVoided(IndexEvent):
    """All ready pages of an index are void; it has a new generation."""


@dataclass(frozen=True, kw_only=True)
class VisibilityChanged(PagesVoided):
    """An index was opened or closed to readers."""

    visibility: str


@dataclass(frozen=True, kw_only=True)
class RuleChanged(IndexEvent):
    """A rule of an index was switched on or off."""

    rule: str
    is_on: bool


@dataclass(frozen=True, kw_only=True)
class RightGranted(IndexEvent):
    """An account may read, upload to or administer an index."""

    username: str
    right: str


@dataclass(frozen=True, kw_only=True)
class RightTaken(IndexEvent):
    """An account lost its right in an index."""

    username: str
