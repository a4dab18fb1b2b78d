"""The pages that come with the software: files in `seeded/<locale>/`, with a head each.

They are shown wherever nobody has written anything else, so they get better with
every release.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path as Folder

from app.pages.markup import render_page
from app.pages.paths import Path
from app.pages.texts import PageText, split_file

_ROOT = Folder(__file__).parent / "seeded"


@dataclass(frozen=True, kw_only=True)
class Link:
    """A place in a menu: `header` or `footer`, and the order there."""

    place: str
    position: int
    label: str


@dataclass(frozen=True, kw_only=True)
class Seeded:
    """A text that came with the software."""

    path: Path
    locale: str
    text: PageText
    html: str
    links: tuple[Link, ...]


def find_seeded(path: str, locale: str) -> Seeded | None:
    """Return the text that came for a path in a language, or None."""
    return list_seeded().get((path, locale))


def list_seeded_locales(path: str) -> tuple[str, ...]:
    """Return the languages in which a text came for a path."""
    return tuple(locale for known, locale in list_seeded() if known == path)


@cache
def list_seeded_paths() -> dict[str, Path]:
    """Return the paths for which a text came."""
    return {path: seeded.path for (path, _locale), seeded in list_seeded().items()}


@cache
def list_seeded() -> dict[tuple[str, str], Seeded]:
    """Return all texts that came with the software, by path and language."""
    files = sorted(_ROOT.rglob("*.md"))
    read = [_read(file, file.relative_to(_ROOT).parts[0]) for file in files]
    return {(seeded.path.path, seeded.locale): seeded for seeded in read}


def _read(file: Folder, locale: str) -> Seeded:
    facts, body = split_file(file.read_text())
    stem = "/" + str(file.relative_to(_ROOT / locale).with_suffix("").as_posix())
    title = facts["title"]
    return Seeded(
        path=Path(stem, facts.get("slash") == "yes"),
        locale=locale,
        text=PageText(title=title, description=facts.get("description", ""), body=body),
        html=render_page(body),
        links=tuple(_link(part, facts.get("label", title)) for part in _split(facts.get("menu"))),
    )


def _split(menu: str | None) -> list[str]:
    return [part.strip() for part in (menu or "").split(",") if part.strip()]


def _link(part: str, label: str) -> Link:
    place, _, position = part.partition(" ")
    return Link(place=place, position=int(position), label=label)
