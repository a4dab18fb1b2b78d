"""Facts about pages."""

from dataclasses import dataclass

from app.core.events import Event


@dataclass(frozen=True, kw_only=True)
class PageEvent(Event):
    """Something about a page changed."""

    path: str


@dataclass(frozen=True, kw_only=True)
class PageSaved(PageEvent):
    """There is a new version of a page's text in one language."""

    locale: str
    number: int
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class PagePublished(PageEvent):
    """A version of a page is what everybody sees."""

    locale: str
    number: int


@dataclass(frozen=True, kw_only=True)
class PageWithdrawn(PageEvent):
    """Nobody sees a page in one language any more."""

    locale: str


@dataclass(frozen=True, kw_only=True)
class PageReset(PageEvent):
    """A page shows what came with the software again, in some languages."""

    locales: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PageMoved(PageEvent):
    """A page has another path, or the map of the site tells of it or not."""

    target: str
    is_listed: bool


@dataclass(frozen=True, kw_only=True)
class PageRemoved(PageEvent):
    """A page is gone with all its versions."""


@dataclass(frozen=True, kw_only=True)
class RedirectMade(PageEvent):
    """A path leads to another place."""

    target: str
    is_permanent: bool


@dataclass(frozen=True, kw_only=True)
class RedirectRemoved(PageEvent):
    """A path leads nowhere any more."""


@dataclass(frozen=True, kw_only=True)
class MenuChanged(Event):
    """The links in the header and the footer are others."""

    links: int


@dataclass(frozen=True, kw_only=True)
class ImageAdded(Event):
    """There is a picture more for pages."""

    name: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class ImageRemoved(Event):
    """There is a picture less for pages."""

    name: str
    sha256: str
