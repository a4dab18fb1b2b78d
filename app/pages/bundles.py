"""Pages as files: what a folder of them holds.

`pages/<locale>/company/history.md` is what everybody sees at /company/history,
`drafts/<locale>/…` what nobody sees yet. `menu.toml` and `redirects.toml` hold what
their names say, `images/<digest>/<name>` the pictures.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.pages.paths import Path
from app.pages.pictures import Picture
from app.pages.public import Destination, MenuLink
from app.pages.texts import PageText, join_file

PAGES, DRAFTS, IMAGES = "pages", "drafts", "images"
MENU, REDIRECTS = "menu.toml", "redirects.toml"
YES, NO = "yes", "no"


@dataclass(frozen=True, kw_only=True)
class WrittenText:
    """A text of a page in one language, as a file holds it."""

    path: Path
    locale: str
    text: PageText
    is_listed: bool = True
    is_withdrawn: bool = False

    @property
    def filename(self) -> str:
        """Return where the file lies below `pages` or `drafts`."""
        return f"{self.locale}{self.path.path}.md"

    @property
    def content(self) -> str:
        """Return what the file holds."""
        facts = {
            "title": self.text.title,
            "description": self.text.description,
            "slash": YES if self.path.has_slash else "",
            "listed": "" if self.is_listed else NO,
            "withdrawn": YES if self.is_withdrawn else "",
        }
        return join_file(facts, self.text.body)


@dataclass(frozen=True, kw_only=True)
class WrittenImage:
    """A picture as a file."""

    name: str
    sha256: str
    content: bytes
    picture: Picture


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """All that a folder holds; `menus` is None if it says nothing about them."""

    public: tuple[WrittenText, ...] = ()
    drafts: tuple[WrittenText, ...] = ()
    menus: Mapping[str, tuple[MenuLink, ...]] | None = None
    redirects: Mapping[str, Destination] = field(default_factory=dict)
    images: tuple[WrittenImage, ...] = ()
