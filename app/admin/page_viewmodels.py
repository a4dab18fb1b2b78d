"""The pages of the back office on which pages are written."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from app.admin.page_forms import (
    ImageForm,
    LinkForm,
    PlaceForm,
    RedirectForm,
    RemovePageForm,
    TextForm,
)
from app.pages.differences import Line
from app.pages.listing import PageLine
from app.pages.models import Image, PageRedirect, PageVersion
from app.pages.paths import Path
from app.pages.public import MenuLink


@dataclass(frozen=True, kw_only=True)
class PagesView:
    """The list of pages, as it was asked for."""

    lines: tuple[PageLine, ...]
    text: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Clash:
    """What somebody else saved meanwhile, and how it differs from one's own text."""

    version: PageVersion
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class EditView:
    """A page in one language, to be written.

    `rule` is the route of the application that answers at its path, and so hides it.
    """

    path: Path
    locale: str
    states: Mapping[str, str | None]
    form: TextForm
    place_form: PlaceForm
    remove_form: RemovePageForm
    is_seeded: bool
    latest: int
    rule: str | None
    preview: Markup | None = None
    clash: Clash | None = None

    @property
    def state(self) -> str | None:
        """Return how the page stands in this language, or None if nothing is there yet."""
        return self.states[self.locale]


@dataclass(frozen=True, kw_only=True)
class HistoryView:
    """The versions of a page in a language, and how two of them differ."""

    path: Path
    locale: str
    versions: tuple[PageVersion, ...]
    published: int | None
    old: int
    new: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class MenusView:
    """The links of the menus, those that lead nowhere too."""

    menus: Mapping[str, tuple[MenuLink, ...]]
    is_own: bool
    form: LinkForm


@dataclass(frozen=True, kw_only=True)
class RedirectsView:
    """All redirects."""

    redirects: tuple[PageRedirect, ...]
    form: RedirectForm


@dataclass(frozen=True, kw_only=True)
class ImagesView:
    """All pictures."""

    images: tuple[Image, ...]
    form: ImageForm
