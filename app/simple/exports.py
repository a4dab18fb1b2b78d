"""What is here of an index as a tree of files that any web server can serve.

simple/index.html, index.json          the list of all projects
simple/<name>/index.html, index.json   a project's page
files/<address>/<filename>             its files, and <filename>.metadata
"""

import hashlib
import os
import secrets
import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from string import Template

from app.core.database import release_connection
from app.core.exceptions import Invalid
from app.core.i18n import _l
from app.core.storage import blobs
from app.indexes.models import Index
from app.indexes.queries import get_index, list_paths
from app.mirror.holdings import Holding, find_holdings, list_held_names
from app.projects.names import normalise
from app.simple import serializers
from app.sources.base import METADATA
from app.sources.page import FileLink, IndexPage
from app.sources.registry import own_source, source_for

_README = "README.md"
# From a page to the files.
_FILES = "../../files/"
_MARK = "<!-- An export of a package index. What is below simple/ and files/ is made by it. -->"
_TEXT = Path(__file__).with_name("export.md")


class FolderTaken(Invalid):
    """A folder has something else in it."""

    code = "folder-taken"
    message = _l("This folder has other things in it. Name an empty one, or one of an export.")


@dataclass
class Tally:
    """What was done so far."""

    projects: int = 0
    files: int = 0
    written: int = 0
    removed: int = 0


class Export:
    """A tree below `folder` that shows what is here of an index."""

    def __init__(self, folder: Path, slug: str) -> None:
        self.folder = folder
        self.slug = slug
        self.tally = Tally()
        self._names: list[tuple[str, str]] = []
        self._kept: set[Path] = set()

    def open(self) -> None:
        """Make the folder an export; raises `FolderTaken`, or `OSError`."""
        readme = self.folder / _README
        is_used = self.folder.is_dir() and any(self.folder.iterdir())
        if is_used and not (readme.is_file() and _MARK in readme.read_text("utf-8", "replace")):
            raise FolderTaken
        readme.parent.mkdir(parents=True, exist_ok=True)
        text = Template(_TEXT.read_text("utf-8")).substitute(
            mark=_MARK, folder=self.folder.resolve(), index=self.slug
        )
        _put(readme, text.encode())

    def list_names(self, names: Collection[str] = ()) -> list[str]:
        """Return the normalised names of the projects to be written: some, or all that are here."""
        if names:
            return sorted(set(map(normalise, names)))
        ends = [path[-1] for path in list_paths(get_index(self.slug))]
        mirrors = [index.id for index in ends if index.kind == "mirror"]
        return sorted({*_list_own(ends), *list_held_names(mirrors)})

    def write_project(self, name: str) -> bool:
        """Write a project's page and its files; tell whether there is something to show."""
        page = source_for(get_index(self.slug)).find_page(name)
        if page is None:
            return False
        page, blobs_of = _what_is_here(page)
        release_connection()
        if page.origin is not None and not page.files:
            return False
        for path, sha256 in blobs_of:
            self._lay(self.folder / "files" / path, sha256)
        self._write_page(f"simple/{page.normalized_name}", page)
        self._names.append((page.name, page.normalized_name))
        self.tally.projects += 1
        self.tally.files += len(page.files)
        return True

    def close(self) -> None:
        """Write the list of all projects, and remove what is not here any more."""
        serial = get_index(self.slug).last_serial
        self._write("simple/index.html", serializers.root_as_html(self._names, serial))
        self._write("simple/index.json", serializers.root_as_json(self._names, serial))
        for top in ("simple", "files"):
            self._clear(self.folder / top)

    def _write_page(self, place: str, page: IndexPage) -> None:
        self._write(f"{place}/index.html", serializers.page_as_html(page, _FILES))
        self._write(f"{place}/index.json", serializers.page_as_json(page, _FILES))

    def _write(self, place: str, content: bytes) -> None:
        path = self.folder / place
        self._kept.add(path)
        with suppress(FileNotFoundError):
            if path.read_bytes() == content:
                return
        _put(path, content)
        self.tally.written += 1

    def _lay(self, path: Path, sha256: str) -> None:
        self._kept.add(path)
        if _is_laid(path, sha256):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = _beside(path)
        _link_or_copy(sha256, fresh)
        fresh.replace(path)
        self.tally.written += 1

    def _clear(self, top: Path) -> None:
        for path in sorted(top.rglob("*"), reverse=True):
            if path.is_dir() and not path.is_symlink():
                with suppress(OSError):
                    # Only when it is empty.
                    path.rmdir()
            elif path not in self._kept:
                path.unlink()
                self.tally.removed += 1


def _list_own(indexes: Sequence[Index]) -> Iterator[str]:
    for index in indexes:
        source = own_source(index) if index.kind != "mirror" else None
        if source is not None:
            yield from (normalized for _name, normalized in source.names())
            # Those in quarantine have a page, and it says so.
            yield from source.withheld()


def _what_is_here(page: IndexPage) -> tuple[IndexPage, list[tuple[str, str]]]:
    """Return a page with the files that are here, and which blobs lie where below `files`."""
    held = _holdings_of(page)
    links: list[FileLink] = []
    found: list[tuple[str, str]] = []
    for link in page.files:
        holding = held.get((link.address, link.filename))
        is_plain = Path(link.filename).name == link.filename
        if holding is None or holding.sha256 is None or not is_plain:
            continue
        metadata = holding.metadata_sha256
        links.append(replace(link, metadata_sha256=metadata, has_metadata=metadata is not None))
        path = f"{link.address}/{link.filename}"
        found.append((path, holding.sha256))
        if metadata is not None:
            found.append((path + METADATA, metadata))
    versions = tuple(dict.fromkeys(link.version for link in links if link.version))
    return replace(page, files=tuple(links), versions=versions), found


def _holdings_of(page: IndexPage) -> dict[tuple[str, str], Holding]:
    if page.origin is not None:
        return find_holdings(get_index(page.origin.index_slug).id, page.normalized_name)
    return {
        (link.address, link.filename): Holding(
            sha256=link.sha256, metadata_sha256=link.metadata_sha256
        )
        for link in page.files
    }


def _is_laid(path: Path, sha256: str) -> bool:
    """Tell whether a file is a blob, without reading either if that can be known."""
    blob = blobs().find_path(sha256)
    try:
        if blob is not None and path.samefile(blob):
            return True
        if path.stat().st_size != blobs().find_size(sha256):
            return False
    except FileNotFoundError:
        return False
    if path.name.endswith(METADATA) or path.parent.name != sha256:
        # Its address does not name its content.
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    return True


def _link_or_copy(sha256: str, target: Path) -> None:
    blob = blobs().find_path(sha256)
    if blob is not None:
        with suppress(OSError):
            # On the same file system it costs nothing.
            os.link(blob, target)
            return
    with blobs().open(sha256) as source, target.open("xb") as copy:
        shutil.copyfileobj(source, copy, 1024 * 1024)


def _put(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = _beside(path)
    fresh.write_bytes(content)
    fresh.replace(path)


def _beside(path: Path) -> Path:
    return path.with_name(f".{secrets.token_hex(8)}.new")
