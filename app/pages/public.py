"""What everybody may see of pages, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.core.i18n import LANGUAGES
from app.core.runtime import setting
from app.pages.paths import Path

HEADER, FOOTER = "header", "footer"
PLACES = (HEADER, FOOTER)


@dataclass(frozen=True, kw_only=True)
class Edition:
    """A page in one language; `version_id` is None if its text came with the software."""

    locale: str
    title: str
    description: str
    version_id: int | None = None
    published_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class PublicPage:
    """A page that everybody may see, in at least one language."""

    path: Path
    is_listed: bool
    editions: Mapping[str, Edition]

    @property
    def changed_at(self) -> datetime | None:
        """Return when somebody published it last, or None if nobody has changed it."""
        times = (edition.published_at for edition in self.editions.values())
        return max((at for at in times if at is not None), default=None)


@dataclass(frozen=True, kw_only=True)
class Destination:
    """Where a redirect leads: a path of this site, or an address."""

    target: str
    is_permanent: bool


@dataclass(frozen=True, kw_only=True)
class MenuLink:
    """A link of a menu; its words by language."""

    target: str
    labels: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Directory:
    """All of it, as it was at one generation."""

    generation: str | None
    pages: Mapping[str, PublicPage] = field(default_factory=dict)
    redirects: Mapping[str, Destination] = field(default_factory=dict)
    menus: Mapping[str, tuple[MenuLink, ...]] = field(default_factory=dict)


def choose_language(offered: Mapping[str, object], wanted: str) -> str:
    """Return the language for a reader: theirs, else the site's, else any."""
    order = (wanted, str(setting("BABEL_DEFAULT_LOCALE")), *LANGUAGES, *sorted(offered))
    return next(locale for locale in order if locale in offered)
