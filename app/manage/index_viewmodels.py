"""Frozen page objects of the pages about indexes."""

from dataclasses import dataclass, field
from datetime import datetime

from app.indexes.models import Index, NameClaim, ReservedPattern
from app.indexes.upstreams import find_host
from app.retention.rules import Rule
from app.web.forms import Form


@dataclass(frozen=True, kw_only=True)
class IndexLine:
    """An index in a list; `host` is what a mirror copies, None if it is off."""

    slug: str
    title: str
    kind: str
    visibility: str
    bases: tuple[str, ...]
    host: str | None

    @classmethod
    def of(cls, index: Index, bases: tuple[str, ...] = ()) -> "IndexLine":
        """Return the line of an index with the slugs of its bases."""
        return cls(
            slug=index.slug,
            title=index.title,
            kind=index.kind,
            visibility=index.visibility,
            bases=bases,
            host=find_host(index),
        )


@dataclass(frozen=True, kw_only=True)
class IndexesView:
    """The indexes that somebody administers; `form` makes another one, for who may."""

    indexes: tuple[IndexLine, ...]
    form: Form | None


@dataclass(frozen=True, kw_only=True)
class ClaimLine:
    """A name that an index claims."""

    name: str
    reason: str
    username: str
    claimed_at: datetime

    @classmethod
    def of(cls, claim: NameClaim, username: str) -> "ClaimLine":
        """Return the line of a claim and of who made it."""
        return cls(
            name=claim.normalized_name,
            reason=claim.reason,
            username=username,
            claimed_at=claim.claimed_at,
        )


@dataclass(frozen=True, kw_only=True)
class IndexView:
    """An index before its administrator.

    `dependents` are those that look into it, of which `hidden_dependents` more may
    not be read; `variable` of the environment overrules the upstream's address.
    `origin` says whose the name is that was asked for, if any was.
    """

    index: IndexLine
    bases: tuple[IndexLine, ...]
    rights: tuple[tuple[str, str], ...]
    claims: tuple[ClaimLine, ...]
    retention: tuple[Rule, ...]
    is_retention_on: bool
    dependents: tuple[str, ...]
    hidden_dependents: int
    project_count: int
    variable: str
    is_configured: bool
    is_site_admin: bool
    asked: str
    origin: str
    forms: dict[str, Form] = field(hash=False)


@dataclass(frozen=True, kw_only=True)
class PatternLine:
    """A pattern of names that no upstream is asked for."""

    pattern: str
    reason: str
    reserved_at: datetime

    @classmethod
    def of(cls, row: ReservedPattern) -> "PatternLine":
        """Return the line of a pattern."""
        return cls(pattern=row.pattern, reason=row.reason, reserved_at=row.reserved_at)


@dataclass(frozen=True, kw_only=True)
class ReservedView:
    """All reserved patterns, and a form for another one."""

    patterns: tuple[PatternLine, ...]
    form: Form
