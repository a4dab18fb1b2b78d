"""What is published already stands before what comes."""

from collections.abc import Collection

from sqlalchemy import select

from app.extensions import db
from app.projects.models import File, Project, Release
from app.projects.queries import find_twins
from app.projects.versions import canonical
from app.uploads.exceptions import FileExists, FilenameBurned, FileStopped, SdistExists
from app.uploads.filenames import DistributionName


def is_published(
    index_id: int, name: DistributionName, sha256: str, *, returning: Collection[int] = ()
) -> bool:
    """Tell whether this very file is here; raise when another one stands in its way.

    `returning` are the numbers of removed files that may come back with the same bytes.
    """
    for twin in find_twins(index_id, name.filename, sha256):
        if twin.id in returning and _may_return(twin, sha256):
            continue
        if _is_same(twin, name.filename, sha256):
            return True
    if name.filetype == "sdist":
        _demand_first_sdist(index_id, name)
    return False


def _is_same(twin: File, filename: str, sha256: str) -> bool:
    if twin.removed_at is not None:
        raise FilenameBurned
    if (twin.filename, twin.sha256) != (filename, sha256):
        raise FileExists(
            f"File already exists ({twin.filename!r}, with sha256 hash {twin.sha256!r}), "
            "use a different version."
        )
    if twin.quarantined_at is not None:
        raise FileStopped
    return True


def _may_return(twin: File, sha256: str) -> bool:
    return twin.sha256 == sha256 and twin.quarantined_at is None


def _demand_first_sdist(index_id: int, name: DistributionName) -> None:
    others = (
        select(File.id)
        .join(Release)
        .join(Project)
        .where(
            Project.index_id == index_id,
            Project.normalized_name == name.normalized_name,
            Release.canonical_version == canonical(name.version),
            File.filetype == "sdist",
            File.removed_at.is_(None),
        )
    )
    if db.session.scalars(others.limit(1)).first() is not None:
        raise SdistExists
