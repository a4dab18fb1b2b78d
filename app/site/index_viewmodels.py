"""Frozen page objects of the pages about indexes."""

from dataclasses import dataclass
from typing import Self

from app.indexes.models import Index
from app.indexes.upstreams import find_host
from app.site.origins import NamePage


@dataclass(frozen=True, kw_only=True)
class IndexSummary:
    """An index in the list of all.

    `url` is for installers, `readers` as in `IndexPageView`, `host` as in `Looked`.
    """

    slug: str
    title: str
    kind: str
    readers: str
    host: str | None
    bases: tuple[str, ...]
    url: str
    may_manage: bool


@dataclass(frozen=True, kw_only=True)
class IndexesView:
    """The indexes that somebody may read."""

    indexes: tuple[IndexSummary, ...]


@dataclass(frozen=True, kw_only=True)
class Looked:
    """An index in which names are looked for; `host` is what a mirror copies, None if off."""

    slug: str
    title: str
    kind: str
    host: str | None

    @classmethod
    def of(cls, index: Index) -> Self:
        """Return what readers see of an index on the way."""
        return cls(slug=index.slug, title=index.title, kind=index.kind, host=find_host(index))


@dataclass(frozen=True, kw_only=True)
class IndexPageView:
    """An index before its readers; `readers` is the narrowest visibility of all on its ways."""

    slug: str
    title: str
    kind: str
    readers: str
    url: str
    upload_url: str | None
    looked: tuple[Looked, ...]
    names: NamePage
    may_manage: bool

    @property
    def has_upstream(self) -> bool:
        """Tell whether there is an upstream on its ways."""
        return any(each.host for each in self.looked)

    def find_looked(self, slug: str) -> Looked:
        """Return an index on the way by its slug."""
        return next(each for each in self.looked if each.slug == slug)
