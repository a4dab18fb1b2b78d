"""A source distribution, looked into while it streams by (PEP 517, 625, 643)."""

import zipfile
from typing import BinaryIO

from app.uploads.archives.contents import Contents
from app.uploads.archives.gzips import GzipStream
from app.uploads.archives.limits import MAX_METADATA_BYTES
from app.uploads.archives.members import shorten
from app.uploads.archives.tarheaders import SYMBOLIC_LINK
from app.uploads.archives.tars import TarMember, iterate_members
from app.uploads.exceptions import InvalidArchive
from app.uploads.filenames import DistributionName


def inspect_sdist(file: BinaryIO, name: DistributionName) -> Contents:
    """Return what the archive holds; raise InvalidArchive unless it is whole and harmless."""
    stream = GzipStream(file)
    _check_single_kind(file)
    top = name.stem
    files: set[str] = set()
    links: set[str] = set()
    metadata = None
    for member in iterate_members(stream):
        _check_place(member, top, links)
        if member.name == f"{top}/PKG-INFO":
            metadata = _read_metadata(stream, member, metadata)
        if member.kind == SYMBOLIC_LINK:
            links.add(member.name)
        if not member.is_folder:
            files.add(member.name)
    if metadata is None:
        raise _missing(f"{top}/PKG-INFO")
    return Contents(metadata, frozenset(files), stream.unpacked_size, licenses=top)


def _check_single_kind(file: BinaryIO) -> None:
    position = file.tell()
    if zipfile.is_zipfile(file):
        raise InvalidArchive("The file is both a zip and a tar file.", code="polyglot")
    file.seek(position)


def _check_place(member: TarMember, top: str, links: set[str]) -> None:
    first, _, rest = member.name.partition("/")
    if first != top or (not rest and not member.is_folder):
        raise InvalidArchive(
            f"The sdist has {shorten(member.name)}, everything should be in {shorten(top)}.",
            code="top-folder",
        )
    if links and _parents(member.name) & links:
        raise InvalidArchive(
            f"Member {shorten(member.name)} lies behind a link, put it into a real folder.",
            code="unsafe-link",
        )


def _parents(name: str) -> set[str]:
    parts = name.split("/")
    return {"/".join(parts[:depth]) for depth in range(1, len(parts))}


def _read_metadata(stream: GzipStream, member: TarMember, known: bytes | None) -> bytes:
    if known is not None:
        raise InvalidArchive("The sdist has two PKG-INFO, keep one.", code="duplicate-name")
    if not member.is_file:
        raise InvalidArchive("PKG-INFO should be a regular file.", code="missing-file")
    if member.size > MAX_METADATA_BYTES:
        raise InvalidArchive(
            f"PKG-INFO is too large, the limit is {MAX_METADATA_BYTES} bytes.",
            code="member-too-large",
        )
    return stream.read(member.size)


def _missing(path: str) -> InvalidArchive:
    return InvalidArchive(
        f"Sdist does not contain the required file {shorten(path)}.", code="missing-file"
    )
