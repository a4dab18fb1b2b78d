"""Fault points: places where a test may kill the process or fail a disk, and what lies behind.

Reaching one does nothing in an installation. A test that names a point, by `FAULT` or
by `break_at` in a process of its own, finds out what is left when the house breaks there.
"""

import errno
import os
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask

from config import ConfigError

# All there are, and how things stand at each of them.
POINTS: dict[str, str] = {
    "blob.arriving": "Bytes came in; they are not in their passing file yet.",
    "blob.syncing": "A file is complete under a passing name; the disk may not have it.",
    "blob.linking": "The disk has all bytes; they have no name by their digest yet.",
    "blob.linked": "The bytes lie under their digest; the folder is not on the disk yet.",
    "blob.opening": "Stored bytes are about to be read.",
    "blob.removing": "Bytes that nobody needs are about to be removed.",
    "upload.judged": "A file is received, hashed and found good; nothing of it is kept.",
    "upload.stored": "The blobs are durable; no row speaks of them.",
    "upload.written": "Project, release and file are rows of an open transaction.",
    "upload.answering": "All is committed and shown; the client has heard nothing.",
    "import.next": "`flask import` is about to publish the next file.",
    "import.claimed": "`flask import --claim` took the name, and its file is not there yet.",
    "project.changing": "What becomes of a project is about to be numbered in an open transaction.",
    "promotion.opened": "The project is in the other index; the files are not.",
    "promotion.brought": "Release and files are in the other index; nobody was told.",
    "promotion.taken-back": "Files of a promotion are removed in an open transaction.",
    "transaction.begun": "The transaction is open and holds what it needs to write.",
    "transaction.written": "The change is written; numbers, totals and new pages are not made.",
    "transaction.committing": "All is written, old pages are down; the commit comes next.",
    "transaction.committed": "The commit is done; new pages are not laid, locks are held.",
    "transaction.followed": "New pages lie on the shelf; mails and jobs wake nobody yet.",
    "shelf.taking-down": "An old page is about to leave the shelf, before the commit.",
    "shelf.withdrawing": "The way to a file is about to be closed, before the commit.",
    "shelf.writing": "A page is about to be written under a passing name.",
    "shelf.written": "A page is written under a passing name, and not in its place.",
    "shelf.laid": "A page, a segment or a note came to its place.",
    "shelf.leading": "The way to a file is made, and not in its place.",
    "shelf.closing": "An index is about to be closed to all readers of the shelf.",
    "shelf.closed": "An index is closed on the shelf, before the commit or before it opens again.",
    "shelf.clearing": "The shelf belongs to another state of the database and is to go.",
    "shelf.opening": "A page is about to be read from the shelf.",
    "list.kept": "The list of all projects has new segments; old ones lie there still.",
    "downloads.writing": "Counted downloads leave the memory for the database.",
    "downloads.written": "Counted downloads are rows of an open transaction.",
    "job.waking": "A job is promised and committed; the queue does not know.",
    "job.claimed": "A worker has the lease of a job and has not begun.",
    "job.done": "A worker has done a job; its row stands still.",
    "job.failed": "A job went wrong; its row does not say so yet.",
    "mail.writing": "A mail is about to be written into the folder for mails.",
    "mail.written": "A mail is written under a passing name.",
    "mail.laid": "A mail lies in the folder; its job is not done yet.",
    "trash.freed": "What was in the trash for long enough is given up in an open transaction.",
    "trash.forgetting": "The bytes of what was in the trash are about to go, after the commit.",
    "backup.begun": "A backup has its folder, and nothing in it.",
    "backup.frozen": "A backup has the state of the database, and not yet its files.",
    "backup.copied": "A backup has all files; the disk may not have them.",
    "backup.finished": "A backup has its manifest and its name; the house does not know of it.",
    "mirror.arriving": "Bytes of an upstream came in and are not in their passing file yet.",
    "mirror.compared": "A file of an upstream is complete and has the right digest.",
    "mirror.stored": "The bytes of an upstream are durable; no row speaks of them.",
    "mirror.noted": "The copy of an upstream's file is noted; who waits has not heard.",
}

_ERRORS = {"eio": errno.EIO, "enospc": errno.ENOSPC}
ACTIONS = ("kill", *_ERRORS)

Watcher = Callable[[str], None]
_watcher: Watcher | None = None


def reach(point: str) -> None:
    """Tell that a point is reached; a test may end the process here or raise `OSError`."""
    if _watcher is not None:
        _watcher(point)


def watch(watcher: Watcher | None) -> None:
    """Let something hear of every point that is reached from now on, in this process."""
    global _watcher
    _watcher = watcher


@dataclass(frozen=True)
class Fault:
    """What shall happen when a point is reached for the `nth` time in a process."""

    point: str
    nth: int = 1
    action: str = "kill"

    @classmethod
    def parse(cls, text: str) -> "Fault":
        """Return the fault that `point[:nth][:action]` names; raises `ConfigError`."""
        point, *rest = text.split(":")
        action = rest.pop() if rest and rest[-1] in ACTIONS else "kill"
        nth = rest.pop(0) if rest else "1"
        if point not in POINTS or rest or not nth.isdecimal() or int(nth) == 0:
            raise ConfigError(f"FAULT cannot be {text!r}: set point, point:nth or point:nth:kill.")
        return cls(point, int(nth), action)

    def happen(self) -> None:
        """Kill this process, or raise the `OSError` of a bad or a full disk."""
        if self.action == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        number = _ERRORS[self.action]
        raise OSError(number, os.strerror(number))


def break_at(fault: Fault) -> None:
    """Let a fault happen once in this process."""
    reached: Counter[str] = Counter()

    def note(point: str) -> None:
        reached[point] += 1
        if point == fault.point and reached[point] == fault.nth:
            fault.happen()

    watch(note)


def init_app(app: Flask) -> None:
    """Arm the fault that a test has set for all processes of an application."""
    wanted: str | None = app.config["FAULT"]
    if wanted is not None:
        break_at(Fault.parse(wanted))
