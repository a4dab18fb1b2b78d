"""Counting facts that other features tell."""

from app.accounts.events import LoggedIn, LoginFailed
from app.core.meters import kind, meters
from app.projects.events import FilePublished

FILES = kind("tilsit_files_published_total", "Files that were published, in whatever way.")
LOGINS = kind("tilsit_logins_total", "Attempts to log in with a password.", "result")


def count_file(_event: FilePublished) -> None:
    """Count a file."""
    meters().count(FILES)


def count_login(_event: LoggedIn) -> None:
    """Count somebody who was let in."""
    meters().count(LOGINS, "done")


def count_failed_login(_event: LoginFailed) -> None:
    """Count a wrong password or name."""
    meters().count(LOGINS, "failed")
