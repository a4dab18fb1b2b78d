"""What is checked after a file was published."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.core.database import release_connection, transaction
from app.core.jobs import job
from app.core.storage import blobs
from app.extensions import db
from app.projects.models import File
from app.projects.queries import list_same_content
from app.projects.services import quarantine_file
from app.uploads.archives.records import verify_record
from app.uploads.exceptions import InvalidArchive


@job("verify-record")
def verify(file_id: int) -> None:
    """Compare every member of a wheel with its RECORD; bytes that lie are stopped everywhere."""
    file = db.session.get(File, file_id)
    if file is None or not list_same_content(file.sha256):
        return
    sha256 = file.sha256
    release_connection()
    complaint = _find_complaint(sha256)
    if complaint:
        with transaction():
            # By now it may be in another index too.
            for number in list_same_content(sha256):
                quarantine_file(number, complaint)


def _find_complaint(sha256: str) -> str | None:
    with _local_copy(sha256) as path:
        try:
            complaints = verify_record(path)
        except InvalidArchive as error:
            return str(error)
    return complaints[0] if complaints else None


@contextmanager
def _local_copy(sha256: str) -> Iterator[Path]:
    """Give the path of a blob, copied to this machine if it has none here."""
    path = blobs().find_path(sha256)
    if path is not None:
        yield path
        return
    with tempfile.NamedTemporaryFile() as copy, blobs().open(sha256) as blob:
        shutil.copyfileobj(blob, copy, 1024 * 1024)
        copy.flush()
        yield Path(copy.name)
