"""What is switched off on the whole site, and what all its pages say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from app.core import clock
from app.core.database import is_writing
from app.core.i18n import reader_locale
from app.core.runtime import setting
from app.core.settings import find_setting, find_shared, share

KEY = share("site.state")

READ_ONLY = "read-only"
NO_REGISTRATION, NO_NEW_PROJECTS, NO_UPLOADS = "no-registration", "no-new-projects", "no-uploads"
FLAGS = (READ_ONLY, NO_REGISTRATION, NO_NEW_PROJECTS, NO_UPLOADS)
INFO, WARNING = "info", "warning"
LEVELS = (INFO, WARNING)

# A text by the languages in which somebody wrote it; at least one.
Texts = Mapping[str, str]


def spoken(texts: Texts) -> str:
    """Return a text in the reader's language, else in the site's, else in any; "" if none is."""
    preferred = (reader_locale(), str(setting("BABEL_DEFAULT_LOCALE")), "en", *texts)
    return next((texts[locale] for locale in preferred if texts.get(locale)), "")


@dataclass(frozen=True, kw_only=True)
class Banner:
    """A message on every page, for a while or until it is taken away; `url` leads to more."""

    id: int
    level: str
    texts: Texts
    url: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    @property
    def text(self) -> str:
        """Return what the reader is told."""
        return spoken(self.texts)

    @property
    def is_shown(self) -> bool:
        """Tell whether its time has come and is not over."""
        now = clock.now()
        has_begun = self.starts_at is None or self.starts_at <= now
        return has_begun and not self.is_over

    @property
    def is_over(self) -> bool:
        """Tell whether it will not be shown any more."""
        return self.ends_at is not None and self.ends_at <= clock.now()

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Self:
        """Return a banner as it was kept."""
        times = {name: _read(value.get(name)) for name in ("starts_at", "ends_at")}
        return cls(**{**value, **times})

    def as_value(self) -> dict[str, Any]:
        """Return what JSON can hold of it."""
        times = {"starts_at": _write(self.starts_at), "ends_at": _write(self.ends_at)}
        return {**vars(self), "texts": dict(self.texts), **times}


@dataclass(frozen=True, kw_only=True)
class SiteState:
    """The flags that are on, each with its reason, and all banners; changes have numbers."""

    number: int = 0
    flags: Mapping[str, Texts] = field(default_factory=dict)
    banners: tuple[Banner, ...] = ()

    def is_on(self, flag: str) -> bool:
        """Tell whether one of the FLAGS is on."""
        return flag in self.flags

    def reason(self, flag: str) -> str:
        """Return why a flag is on, in the reader's language, or nothing if nobody said so."""
        return spoken(self.flags.get(flag, {}))

    @property
    def shown(self) -> tuple[Banner, ...]:
        """Return the banners whose time it is."""
        return tuple(banner for banner in self.banners if banner.is_shown)

    @property
    def generation(self) -> str:
        """Return what is another text as soon as pages look otherwise because of all this."""
        return ".".join(map(str, (self.number, *(banner.id for banner in self.shown))))

    @classmethod
    def of(cls, value: Mapping[str, Any] | None) -> Self:
        """Return the state as it was kept; None is that of a site where nothing was changed."""
        if value is None:
            return cls()
        banners = tuple(map(Banner.of, value["banners"]))
        return cls(number=value["number"], flags=value["flags"], banners=banners)

    def as_value(self) -> dict[str, Any]:
        """Return what JSON can hold of it."""
        flags = {flag: dict(texts) for flag, texts in self.flags.items()}
        banners = [banner.as_value() for banner in self.banners]
        return {"number": self.number, "flags": flags, "banners": banners}


def site_state() -> SiteState:
    """Return the state of the site: inside a transaction as it is, else as the request found it."""
    return SiteState.of(find_setting(KEY) if is_writing() else find_shared(KEY))


def _read(moment: str | None) -> datetime | None:
    return None if moment is None else datetime.fromisoformat(moment)


def _write(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
