"""Writing down what an upstream said of a project, and telling what that changes."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

from sqlalchemy import delete, select, update

from app.core import clock
from app.core.database import add_all_unless_there, add_unless_there, before_commit
from app.core.events import tell
from app.extensions import db
from app.indexes.services import take_serial
from app.mirror.asking import News
from app.mirror.documents import Document, Entry, pack, unpack
from app.mirror.models import MirroredFile, MirroredProject, MirroredStray, UpstreamState
from app.mirror.tallies import tally
from app.projects.events import CopyAppeared, CopyChanged, CopyStopped, UpstreamFileChanged
from app.search.services import forget_name, learn_name
from app.sources.filenames import list_project_names

# Long after anybody believes that a name is not there.
_ABSENT = timedelta(minutes=10)

# Honest projects have some; more than these are not found by their addresses.
_MOST_STRAYS = 1_000
# Each is a row in the audit log, and a page may have 40,000 files.
_MOST_TOLD = 100

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Copy:
    """One project of the upstream of an index."""

    index_id: int
    slug: str
    normalized_name: str

    def keep(self, news: News) -> None:
        """Write down news, inside a transaction."""
        row = self._row()
        row.fetched_at = clock.now()
        row.asked_url, row.etag, row.last_modified = news.asked_url, news.etag, news.last_modified
        was_present, row.body_sha256 = row.is_present, news.body_sha256
        tally(self.index_id, pages=1, bytes=news.size)
        self._note_up()
        if news.document is not None:
            self._change(row, news.document, news.packed, was_present=was_present)
        elif was_present and not row.is_present:
            self._vanish(row)

    def _row(self) -> MirroredProject:
        key = {"index_id": self.index_id, "normalized_name": self.normalized_name}
        now = clock.now()
        add_unless_there(MirroredProject, **key, serial=0, fetched_at=now, changed_at=now)
        return db.session.get_one(MirroredProject, tuple(key.values()), with_for_update=True)

    def _change(
        self, row: MirroredProject, told: Document, packed: bytes | None, *, was_present: bool
    ) -> None:
        before = unpack(row.document) if row.document is not None else None
        document = self._compare(told, before)
        if document == before and was_present:
            return
        row.document = packed if packed and document is told else pack(document)
        row.changed_at = clock.now()
        self._keep_strays(document)
        is_new = learn_name(self.index_id, document.name)
        self._tell(row, CopyAppeared if is_new else CopyChanged)
        if before is not None and _may_stop(before, document):
            self._tell(row, CopyStopped)

    def _vanish(self, row: MirroredProject) -> None:
        row.changed_at = clock.now()
        forget_name(self.index_id, self.normalized_name)
        self._tell(row, CopyAppeared)

    def _tell(self, row: MirroredProject, event: type[CopyChanged]) -> None:
        tell(event(index_slug=self.slug, project=self.normalized_name))
        number = partial(_number, row)
        before_commit(("copy", self.index_id, self.normalized_name), number, as_last=True)

    def _compare(self, document: Document, before: Document | None) -> Document:
        """Return a document that remembers what its files were before."""
        old = {entry.filename: entry for entry in before.entries} if before else {}
        # Files that were copied, and of which the upstream had told nothing meanwhile.
        copied = {name: sha256 for name, sha256 in self._list_copied() if name not in old}
        if not old and not copied:
            return document
        entries = tuple(
            _remember(entry, old.get(entry.filename), copied.get(entry.filename))
            for entry in document.entries
        )
        self._tell_changed(old, copied, entries)
        return replace(document, entries=entries)

    def _tell_changed(
        self, old: Mapping[str, Entry], copied: Mapping[str, str], entries: Iterable[Entry]
    ) -> None:
        """Tell which files are others than before; of very many the first ones say it all."""
        changed = [
            entry for entry in entries if entry.was and entry.sha256 != _known(entry, old, copied)
        ]
        if changed:
            extra = {"index": self.slug, "project": self.normalized_name, "count": len(changed)}
            _log.warning("an upstream changed files", extra=extra)
        for entry in changed[:_MOST_TOLD]:
            event = UpstreamFileChanged(
                index_slug=self.slug,
                project=self.normalized_name,
                filename=entry.filename,
                was=entry.was,
                sha256=entry.sha256 or "",
            )
            tell(event)

    def _list_copied(self) -> Iterator[tuple[str, str]]:
        wanted = select(MirroredFile.filename, MirroredFile.sha256).where(
            MirroredFile.index_id == self.index_id,
            MirroredFile.normalized_name == self.normalized_name,
            MirroredFile.sha256.is_not(None),
        )
        for filename, sha256 in db.session.execute(wanted):
            yield filename, sha256 or ""

    def _keep_strays(self, document: Document) -> None:
        """Note the files that nobody would look for in this project by their names."""
        name = self.normalized_name
        strange = (
            entry.filename
            for entry in document.entries
            if name not in list_project_names(entry.filename)
        )
        found = set(islice(strange, _MOST_STRAYS))
        own = (MirroredStray.index_id == self.index_id, MirroredStray.normalized_name == name)
        kept = set(db.session.scalars(select(MirroredStray.filename).where(*own)))
        if kept - found:
            db.session.execute(
                delete(MirroredStray).where(*own, MirroredStray.filename.in_(kept - found))
            )
        facts = {"index_id": self.index_id, "normalized_name": name}
        add_all_unless_there(MirroredStray, [facts | {"filename": each} for each in found - kept])

    def _note_up(self) -> None:
        """Correct what a process that ended had written: this upstream is not down."""
        down = update(UpstreamState).where(
            UpstreamState.index_id == self.index_id, UpstreamState.is_up.is_(False)
        )
        db.session.execute(down.values(is_up=True, since=clock.now()))


def forget_absences() -> None:
    """Forget names that an upstream did not have, once nobody asks for them any more.

    Anybody may ask for any name, a hundred in a second, so that there is no end of them.
    """
    absent = MirroredProject.body_sha256.is_(None) & MirroredProject.document.is_(None)
    old = MirroredProject.fetched_at < clock.now() - _ABSENT
    db.session.execute(delete(MirroredProject).where(absent, old))


def _remember(entry: Entry, old: Entry | None, copied: str | None) -> Entry:
    """Return an entry that remembers what stood under its name before."""
    known = (old.sha256 if old else None) or copied
    first = (old.was if old else "") or known
    if first is None or entry.sha256 == first:
        return entry
    if entry.sha256 is None:
        # That nothing is told any more must not let other bytes pass.
        return replace(entry, sha256=known, was=old.was if old else "")
    return replace(entry, was=first)


def _known(entry: Entry, old: Mapping[str, Entry], copied: Mapping[str, str]) -> str | None:
    """Return the digest that stood under an entry's name the last time."""
    before = old.get(entry.filename)
    return (before.sha256 if before else None) or copied.get(entry.filename)


def _may_stop(before: Document, document: Document) -> bool:
    """Tell whether there is news of what decides on whether files are sent."""
    if document.status != before.status:
        return True
    old = {entry.address: _deciding(entry) for entry in before.entries}
    # Of those that are new nothing is here.
    news = (entry for entry in document.entries if entry.address in old)
    return any(old[entry.address] != _deciding(entry) for entry in news)


def _deciding(entry: Entry) -> tuple[str, datetime | None, str]:
    """Return what a policy looks at."""
    return entry.version, entry.uploaded_at, entry.was


def _number(row: MirroredProject) -> None:
    row.serial = take_serial(row.index_id)
