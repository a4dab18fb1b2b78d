"""Reading a folder of pages: all of it is looked at before anything is changed."""

import hashlib
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path as Folder
from typing import Any, TypeVar

from app.core.commands import printable
from app.core.exceptions import DomainError
from app.core.i18n import LANGUAGES, _, _l
from app.pages.bundles import (
    DRAFTS,
    IMAGES,
    MENU,
    NO,
    PAGES,
    REDIRECTS,
    YES,
    Bundle,
    WrittenImage,
    WrittenText,
)
from app.pages.exceptions import BadBundle
from app.pages.images import clean_name
from app.pages.markup import render_page
from app.pages.menus import clean_link
from app.pages.paths import Path, demand_free, read_path
from app.pages.pictures import MOST_BYTES, look_at
from app.pages.public import PLACES, Destination, MenuLink
from app.pages.redirects import clean_target
from app.pages.seeded import list_seeded_paths
from app.pages.texts import PageText, clean_text, split_file

MOST_FILES = 10_000
_MOST_TEXT = 1024 * 1024
_MOST_PROBLEMS = 50

Found = TypeVar("Found")


class Reader:
    """A folder that is read; what is wrong with its files is collected."""

    def __init__(self, root: Folder) -> None:
        self._root = root
        self._problems: list[str] = []

    def read(self) -> Bundle:
        """Return all that the folder holds; raises `BadBundle` with all that is wrong."""
        if not self._root.is_dir():
            raise BadBundle(_l("This is no folder."))
        bundle = Bundle(
            public=tuple(self._texts(PAGES)),
            drafts=tuple(self._texts(DRAFTS)),
            menus=self._try(self._root / MENU, _read_menus),
            redirects=self._try(self._root / REDIRECTS, _read_redirects) or {},
            images=tuple(self._images()),
        )
        if self._problems:
            raise BadBundle("\n".join(self._problems[:_MOST_PROBLEMS]))
        return bundle

    def _texts(self, part: str) -> Iterator[WrittenText]:
        root = self._root / part
        for file in self._files(root):
            found = self._try(file, lambda file: _read_page(file, file.relative_to(root)))
            if found is not None:
                yield found

    def _images(self) -> Iterator[WrittenImage]:
        for file in self._files(self._root / IMAGES):
            found = self._try(file, _read_image)
            if found is not None:
                yield found

    def _files(self, root: Folder) -> list[Folder]:
        """Return the files below a folder; a link could lead anywhere, so none is followed."""
        every = sorted(root.rglob("*")) if root.is_dir() and not root.is_symlink() else []
        if len(every) > MOST_FILES:
            raise BadBundle(_l("There are too many files."))
        files = [file for file in every if not file.is_dir() or file.is_symlink()]
        return [file for file in files if not file.name.startswith(".")]

    def _try(self, file: Folder, read: Callable[[Folder], Found]) -> Found | None:
        if not file.is_symlink() and not file.exists():
            return None
        try:
            if file.is_symlink() or not file.is_file():
                raise BadBundle(_l("This is no file, or a link to one."))
            return read(file)
        except DomainError as error:
            self._blame(file, str(error))
        except UnicodeDecodeError:
            self._blame(file, _("This is no text in UTF-8."))
        except (RecursionError, ValueError) as error:
            # Besides its own, the parser lets those of Python through.
            self._blame(file, str(error))
        except OSError as error:
            self._blame(file, error.strerror or "")
        return None

    def _blame(self, file: Folder, message: str) -> None:
        self._problems.append(f"{printable(str(file.relative_to(self._root)))}: {message}")


def read_bundle(root: Folder) -> Bundle:
    """Return all that a folder of pages holds; raises `BadBundle` with all that is wrong."""
    return Reader(root).read()


def _read_page(file: Folder, place: Folder) -> WrittenText:
    locale, *parts = place.with_suffix("").parts
    if file.suffix != ".md" or locale not in LANGUAGES or not parts:
        raise BadBundle(_l("A page lies in a folder of its language, and its name ends in .md."))
    facts, body = split_file(_read_text(file))
    stem = read_path("/" + "/".join(parts)).path
    path = Path(stem, facts.get("slash") == YES)
    if stem not in list_seeded_paths():
        demand_free(path.address)
    text = clean_text(
        PageText(title=facts.get("title", ""), description=facts.get("description", ""), body=body)
    )
    render_page(text.body)
    return WrittenText(
        path=list_seeded_paths().get(stem, path),
        locale=locale,
        text=text,
        is_listed=facts.get("listed") != NO,
        is_withdrawn=facts.get("withdrawn") == YES,
    )


def _read_image(file: Folder) -> WrittenImage:
    if file.stat().st_size > MOST_BYTES:
        look_at(b"\0" * (MOST_BYTES + 1))
    content = file.read_bytes()
    picture, sha256 = look_at(content), hashlib.sha256(content).hexdigest()
    is_named = clean_name(file.name, picture.media_type) == file.name
    if not is_named or file.parent.name != sha256:
        raise BadBundle(_l("A picture lies in a folder that is named by its SHA-256."))
    return WrittenImage(name=file.name, sha256=sha256, content=content, picture=picture)


def _read_menus(file: Folder) -> dict[str, tuple[MenuLink, ...]]:
    told = _read_toml(file)
    return {
        place: tuple(
            clean_link(_text(row, "target"), _demand(row.get("labels"), dict))
            for row in _rows(told, place)
        )
        for place in PLACES
    }


def _read_redirects(file: Folder) -> dict[str, Destination]:
    found: dict[str, Destination] = {}
    for row in _rows(_read_toml(file), "redirect"):
        path, target = read_path(_text(row, "path")).path, clean_target(_text(row, "target"))
        demand_free(path)
        kind = _demand(row.get("permanent", True), bool)
        found[path] = Destination(target=target, is_permanent=kind)
    return found


def _rows(told: dict[str, Any], name: str) -> list[dict[str, Any]]:
    rows = _demand(told.get(name, []), list)
    return [_demand(row, dict) for row in rows]


def _text(row: dict[str, Any], name: str) -> str:
    return str(_demand(row.get(name), str))


def _demand(value: Any, kind: type[Found]) -> Found:
    if not isinstance(value, kind):
        raise BadBundle(_l("Something in this file is missing, or of another kind."))
    return value


def _read_toml(file: Folder) -> dict[str, Any]:
    return tomllib.loads(_read_text(file))


def _read_text(file: Folder) -> str:
    if file.stat().st_size > _MOST_TEXT:
        raise BadBundle(_l("This file is too long."))
    return file.read_text("utf-8")
