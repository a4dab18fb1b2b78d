"""A distribution file, looked into without trusting or unpacking it."""

from pathlib import Path

from app.uploads.archives.contents import Contents
from app.uploads.archives.members import shorten
from app.uploads.archives.sdists import inspect_sdist
from app.uploads.archives.wheels import inspect_wheel
from app.uploads.exceptions import InvalidArchive
from app.uploads.filenames import DistributionName
from app.uploads.metadata import CoreMetadata


def inspect(path: Path, name: DistributionName) -> Contents:
    """Return what the file holds; raise InvalidArchive unless it is whole and harmless.

    The work is bounded: a wheel of any size costs its table of contents, a
    source archive is unpacked in memory piece by piece.
    """
    with path.open("rb") as file:
        if name.filetype == "bdist_wheel":
            return inspect_wheel(file, name)
        return inspect_sdist(file, name)


def check_licenses(contents: Contents, metadata: CoreMetadata) -> None:
    """Raise InvalidArchive when a License-File is not in the archive (PEP 639)."""
    if not metadata.has_license_files:
        return
    for path in metadata.license_files:
        if not contents.has_license(path):
            raise InvalidArchive(
                f"License-File {shorten(path)} does not exist, should be in "
                f"{shorten(contents.licenses)}.",
                code="license-file",
            )
