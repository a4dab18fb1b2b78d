"""Facts about rules of what stays."""

from dataclasses import dataclass

from app.indexes.events import IndexEvent
from app.projects.events import CatalogueEvent


@dataclass(frozen=True, kw_only=True)
class RetentionRuleSet(IndexEvent):
    """An index has a rule for a pattern of names, in place of the one it had."""

    pattern: str
    keep_newest: int | None
    downloaded_days: int | None
    prerelease_days: int | None
    age_days: int


@dataclass(frozen=True, kw_only=True)
class RetentionRuleRemoved(IndexEvent):
    """An index has no rule for a pattern any more."""

    pattern: str


@dataclass(frozen=True, kw_only=True)
class ReleasesRetired(CatalogueEvent):
    """Releases of a project went to the trash because of the rule for a pattern."""

    pattern: str
    releases: int
