"""A page as a reader sees it."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup


@dataclass(frozen=True, kw_only=True)
class PageView:
    """A page in one language; `others` are the further ones that it can be had in.

    `address` is as machines are told it. `preview` is the number of a version that
    only administrators see, or None. `is_foreign` says that the reader asked for another
    language.
    """

    path: str
    address: str
    title: str
    description: str
    html: Markup
    locale: str
    direction: str
    language: str
    others: tuple[str, ...]
    published_at: datetime | None
    preview: int | None
    is_listed: bool
    is_foreign: bool
    may_edit: bool

    @property
    def languages(self) -> tuple[str, ...]:
        """Return all languages that the page can be had in, this one first."""
        return (self.locale, *self.others)
