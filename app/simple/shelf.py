"""The shelf: ready index pages as files, and ways to files that may be sent.

    <root>/<index>/<place>/pages/fl/flask.json, .html, .json.gz, .html.gz
    <root>/<index>/<place>/aging/fl/flask.json, …, .until   good until a moment
    <root>/<index>/<place>/stale/fl/flask.json, …, .until   past it, and nothing newer to be had
    <root>/<index>/<place>/root.json, …           the list of all projects
    <root>/<index>/<place>/files/ab/<sha256>/<filename> -> the blob

A place is the number of a generation of the index. `public` or `guarded` is a
link to the one that counts, so whoever knows no database (the middleware, nginx)
sees by the name of the link who may read. What is not here is made by the view;
the whole folder can be removed at any time.

A page's time is not a moment: its seconds are `serial * 8 + number of the form`,
so that the validator nginx makes of time and size is ours, and its nanoseconds
are its size, so that a page which a crash cut short is known by one `stat`.
"""

import os
import secrets
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import BinaryIO, Self

from app.core.faults import reach
from app.core.locks import Locks
from app.core.runtime import part
from app.sources.base import METADATA

PUBLIC, GUARDED = "public", "guarded"
# A page lies in one of these. Whoever knows no time, as nginx, looks into the first only.
PAGES, AGING, STALE = "pages", "aging", "stale"
FOLDERS = (PAGES, AGING, STALE)
# Stands behind a page whose moment will come: its time is that moment.
UNTIL = "until"
# No index has such a name.
_NEW, _MARK, _SERIAL, _GONE = ".new", ".mark", ".serial", ".gone-"
# Longer pages are sent piece by piece.
WHOLE = 1024 * 1024
ENDINGS = {"html": 0, "json": 2, "html.gz": 4, "json.gz": 6}

_PER_SERIAL = 8
_NANOSECONDS = 10**9


@dataclass(frozen=True)
class Sheet:
    """A page in one form, and the number of the change that it shows.

    What is longer than WHOLE stays in its open file, which whoever asked for it closes.
    `stale_since` tells when a page was right that nobody could bring up to date.
    """

    size: int
    serial: int
    body: bytes | BinaryIO
    stale_since: datetime | None = None

    @classmethod
    def of(cls, body: bytes, serial: int, *, stale_since: datetime | None = None) -> Self:
        """Return a page that was made just now."""
        return cls(len(body), serial, body, stale_since)

    def close(self) -> None:
        """Close the file, if there is one."""
        if not isinstance(self.body, bytes):
            self.body.close()


class Shelf:
    """Files below `root`; whoever changes them holds the lock of the page."""

    def __init__(self, root: Path) -> None:
        self.root = root
        # Whether what is here was made of our database; until then nothing is found.
        self.is_ours = False
        self.locks = Locks(root.with_name(f"{root.name}.locks"))

    def page(self, slug: str, place: object, name: str, folder: str = PAGES) -> str:
        """Return where a project's page lies, without the ending of a form."""
        return f"{self.root}/{slug}/{place}/{folder}/{name[:2]}/{name}"

    def root_list(self, slug: str, place: object) -> str:
        """Return where the list of all projects lies, without the ending of a form."""
        return f"{self.root}/{slug}/{place}/root"

    def file(self, slug: str, place: object, sha256: str, filename: str) -> str:
        """Return where the way to a file lies."""
        return f"{self.root}/{slug}/{place}/files/{sha256[:2]}/{sha256}/{filename}"

    def segments(self, slug: str, place: object) -> Path:
        """Return the folder of what the list of all projects is put together from."""
        return Path(f"{self.root}/{slug}/{place}/segments")

    def find(self, stem: str, ending: str) -> Sheet | None:
        """Return a page that lies whole on the shelf, or None."""
        if not self.is_ours:
            return None
        try:
            reach("shelf.opening")
            file = Path(f"{stem}.{ending}").open("rb")  # noqa: SIM115 - a long one stays open
        except OSError:
            # Missing, or not to be read: the page is made anew.
            return None
        facts = os.fstat(file.fileno())
        if is_whole(facts) and facts.st_size > WHOLE:
            return Sheet(facts.st_size, serial_of(facts), file)
        with file:
            body = file.read()
        return Sheet(len(body), serial_of(facts), body) if is_whole(facts) else None

    def lay(self, stem: str, forms: Mapping[str, Iterable[bytes]], serial: int) -> None:
        """Lay the forms of a page, by their endings, in place of those before."""
        for ending, chunks in forms.items():
            self.put(Path(f"{stem}.{ending}"), chunks, seconds=moment(serial, ENDINGS[ending]))

    def put(self, path: Path, chunks: Iterable[bytes], *, seconds: int | None = None) -> None:
        """Write a file beside the shelf and bring it to its place whole."""
        new = self.root / _NEW / secrets.token_hex(8)
        new.parent.mkdir(parents=True, exist_ok=True)
        try:
            reach("shelf.writing")
            with new.open("xb") as file:
                file.writelines(chunks)
            reach("shelf.written")
            if seconds is not None:
                time = seconds * _NANOSECONDS + new.stat().st_size
                os.utime(new, ns=(time, time))
            _move(new, path)
            reach("shelf.laid")
        except BaseException:
            new.unlink(missing_ok=True)
            raise

    def take_down(self, stem: str) -> None:
        """Remove all forms of a page."""
        reach("shelf.taking-down")
        for ending in ENDINGS:
            Path(f"{stem}.{ending}").unlink(missing_ok=True)

    def take_down_page(self, slug: str, place: object, name: str, *, but: str = "") -> None:
        """Remove all forms of a project's page, wherever they lie, but for one folder."""
        for folder in FOLDERS:
            if folder != but:
                stem = self.page(slug, place, name, folder)
                self.take_down(stem)
                Path(f"{stem}.{UNTIL}").unlink(missing_ok=True)

    def lead(self, path: str, blob: Path) -> None:
        """Lay the way to a file that may be sent."""
        new = self.root / _NEW / secrets.token_hex(8)
        new.parent.mkdir(parents=True, exist_ok=True)
        new.symlink_to(blob.resolve())
        reach("shelf.leading")
        _move(new, Path(path))

    def leads(self, slug: str, sha256: str, filename: str) -> bool:
        """Tell whether readers find the way to a file, and its bytes behind it."""
        places = (PUBLIC, GUARDED)
        return any(Path(self.file(slug, place, sha256, filename)).exists() for place in places)

    def withdraw(self, slug: str, place: object, sha256: str, filename: str) -> None:
        """Remove the way to a file and to its core metadata."""
        reach("shelf.withdrawing")
        path = self.file(slug, place, sha256, filename)
        for way in (path, f"{path}{METADATA}"):
            Path(way).unlink(missing_ok=True)

    def open_to(self, slug: str, generation: int, link: str) -> None:
        """Let a generation of an index be the one that counts, under the link for its readers."""
        self.close(slug)
        folder = self.root / slug
        (folder / str(generation)).mkdir(parents=True, exist_ok=True)
        (folder / link).symlink_to(str(generation))

    def is_open_to(self, slug: str, generation: int, link: str) -> bool:
        """Tell whether a generation counts already, and only for its readers."""
        with suppress(OSError):
            target = (self.root / slug / link).readlink()
            other = GUARDED if link == PUBLIC else PUBLIC
            return str(target) == str(generation) and not (self.root / slug / other).is_symlink()
        return False

    def close(self, slug: str) -> None:
        """Let nobody read an index from the shelf."""
        reach("shelf.closing")
        for link in (PUBLIC, GUARDED):
            (self.root / slug / link).unlink(missing_ok=True)
        reach("shelf.closed")

    def forget(self, slug: str) -> None:
        """Remove all that is here of an index."""
        self.close(slug)
        shutil.rmtree(self.root / slug, ignore_errors=True)

    def forget_others(self, slug: str, generation: int) -> None:
        """Remove all generations of an index but one."""
        with suppress(FileNotFoundError):
            for folder in (self.root / slug).iterdir():
                if folder.name.isdigit() and folder.name != str(generation):
                    shutil.rmtree(folder, ignore_errors=True)

    def settle(self, mark: str, serial: int) -> None:
        """Use what is here if it was made under the same mark up to a serial; else clear it.

        After a power cut a page may be there that was taken down before, or be
        empty, because nothing here waits for the disk; the database may be another
        one; or somebody who knows no shelf has changed it.
        """
        if self.made_of() != (mark, serial):
            self.clear()
            self.put(self.root / _MARK, [mark.encode()])
            self.note(serial)
        self.is_ours = True

    def made_of(self) -> tuple[str, int] | None:
        """Return the mark, and the last serial, of what is here."""
        try:
            return (self.root / _MARK).read_text(), int((self.root / _SERIAL).read_bytes())
        except (OSError, ValueError):
            return None

    def note(self, serial: int) -> None:
        """Note the last change that the shelf has followed."""
        self.put(self.root / _SERIAL, [str(serial).encode()])

    def clear(self) -> None:
        """Remove everything; readers find nothing from the first moment."""
        reach("shelf.clearing")
        gone = self.root / f"{_GONE}{secrets.token_hex(4)}"
        with suppress(FileNotFoundError):
            # The links first: whoever reads goes through them.
            for link in [*self.root.glob(f"*/{PUBLIC}"), *self.root.glob(f"*/{GUARDED}")]:
                link.unlink(missing_ok=True)
            gone.mkdir(parents=True)
            for child in self.root.iterdir():
                if not child.name.startswith(_GONE):
                    child.rename(gone / child.name)
        Thread(target=self._empty, daemon=True).start()

    def _empty(self) -> None:
        """Remove what was cleared, which may be hundreds of thousands of files."""
        for folder in self.root.glob(f"{_GONE}*"):
            shutil.rmtree(folder, ignore_errors=True)


def the_shelf() -> Shelf:
    """Return the shelf of the running application."""
    found: Shelf = part("shelf")
    return found


def moment(serial: int, number: int) -> int:
    """Return the seconds that stand for a page's serial and the number of its form."""
    return serial * _PER_SERIAL + number


def serial_of(facts: os.stat_result) -> int:
    """Return the serial that a page's time tells."""
    return int(facts.st_mtime_ns // _NANOSECONDS // _PER_SERIAL)


def is_whole(facts: os.stat_result) -> bool:
    """Tell whether a page has the size that it had when it was laid."""
    return facts.st_mtime_ns % _NANOSECONDS == facts.st_size


def _move(new: Path, path: Path) -> None:
    try:
        new.replace(path)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        new.replace(path)
