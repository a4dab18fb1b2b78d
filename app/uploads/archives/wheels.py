"""A wheel, looked into without unpacking it (PEP 427)."""

from typing import BinaryIO

from app.uploads.archives.contents import Contents
from app.uploads.archives.entrypoints import check_entry_points
from app.uploads.archives.limits import MAX_ENTRY_POINTS_BYTES, MAX_METADATA_BYTES
from app.uploads.archives.members import shorten
from app.uploads.archives.records import check_record
from app.uploads.archives.ziprecords import Member
from app.uploads.archives.zips import list_members, read_member
from app.uploads.exceptions import InvalidArchive
from app.uploads.filenames import DistributionName


def inspect_wheel(file: BinaryIO, name: DistributionName) -> Contents:
    """Return what the wheel holds; raise InvalidArchive unless it is complete and honest."""
    members = list_members(file)
    folder = f"{name.stem}.dist-info"
    _check_folders(members, folder)
    metadata = _get_member(members, f"{folder}/METADATA")
    _get_member(members, f"{folder}/WHEEL")
    check_record(file, members, _get_member(members, f"{folder}/RECORD"))
    entry_points = members.get(f"{folder}/entry_points.txt")
    if entry_points is not None:
        check_entry_points(read_member(file, entry_points, MAX_ENTRY_POINTS_BYTES))
    return Contents(
        metadata=read_member(file, metadata, MAX_METADATA_BYTES),
        members=frozenset(name for name in members if not name.endswith("/")),
        unpacked_size=sum(member.size for member in members.values()),
        licenses=f"{folder}/licenses",
    )


def _check_folders(members: dict[str, Member], expected: str) -> None:
    tops = {name.partition("/")[0] for name in members}
    for folder in sorted(tops):
        if folder.endswith(".dist-info") and folder != expected:
            raise InvalidArchive(
                f"The wheel has a folder {shorten(folder)}, should be {shorten(expected)} alone.",
                code="dist-info",
            )


def _get_member(members: dict[str, Member], path: str) -> Member:
    if path not in members:
        raise InvalidArchive(
            f"Wheel does not contain the required file {shorten(path)}.", code="missing-file"
        )
    return members[path]
