"""A tar file, listed while it streams by and never unpacked."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.uploads.archives.gzips import GzipStream
from app.uploads.archives.limits import (
    MAX_DIRECTORY_BYTES,
    MAX_EXTENDED_HEADER_BYTES,
    check_member_count,
)
from app.uploads.archives.members import check_member_name, shorten
from app.uploads.archives.tarheaders import (
    BLOCK,
    EXTENSIONS,
    FILE,
    FOLDER,
    GNU_LINK,
    GNU_NAME,
    GNU_SPARSE,
    LINKS,
    PAX_GLOBAL,
    SYMBOLIC_LINK,
    Header,
    decode_text,
    malformed,
    parse_header,
    parse_pax,
)

_EMPTY = bytes(BLOCK)
_OVERRIDES = frozenset({"path", "linkpath", "size"})


@dataclass(frozen=True, slots=True)
class TarMember:
    """One file, folder or link of a tar archive, with a safe name."""

    name: str
    kind: bytes
    size: int
    target: str

    @property
    def is_file(self) -> bool:
        """Return whether the member is a regular file."""
        return self.kind == FILE

    @property
    def is_folder(self) -> bool:
        """Return whether the member is a folder."""
        return self.kind == FOLDER


def iterate_members(stream: GzipStream) -> Iterator[TarMember]:
    """Give the members in order; what the caller does not read of a file is passed over.

    Reads to the end of the stream and raises InvalidArchive for anything but
    files, folders and links that stay inside the archive.
    """
    name_bytes = 0
    for count, header in enumerate(_iterate_headers(stream), start=1):
        check_member_count(count)
        member = _check_member(header)
        # Whoever lists the members keeps all of their names.
        name_bytes += len(member.name)
        if name_bytes > MAX_DIRECTORY_BYTES:
            raise malformed("the names of its members are too long in all, use shorter ones")
        before = stream.position
        yield member
        _skip(stream, before + _padded(member.size) - stream.position)
    if not stream.is_rest_empty():
        raise malformed("there is data after its end", code="trailing-data")


def _iterate_headers(stream: GzipStream) -> Iterator[Header]:
    overrides: dict[str, str] = {}
    extensions = 0
    is_extended = False
    while (block := stream.read(BLOCK)) not in (b"", _EMPTY):
        header = parse_header(block)
        is_extended = header.kind in EXTENSIONS
        if not is_extended:
            yield _override(header, overrides)
            overrides = {}
            continue
        extensions += 1
        check_member_count(extensions)
        overrides |= _read_extension(stream, header)
    if is_extended:
        raise malformed("it ends after an extended header")


def _read_extension(stream: GzipStream, header: Header) -> dict[str, str]:
    if header.size > MAX_EXTENDED_HEADER_BYTES:
        raise malformed("an extended header is too long")
    data = stream.read(_padded(header.size))[: header.size]
    if len(data) < header.size:
        raise malformed("it is cut off")
    if header.kind in (GNU_NAME, GNU_LINK):
        key = "path" if header.kind == GNU_NAME else "linkpath"
        return {key: decode_text(data.partition(b"\0")[0])}
    records = parse_pax(data)
    if any(key.startswith("GNU.sparse.") for key in records):
        raise malformed("sparse members are not allowed", code="sparse-member")
    chosen = {key: value for key, value in records.items() if key in _OVERRIDES}
    if chosen and header.kind == PAX_GLOBAL:
        raise malformed("a global header renames or resizes every member")
    return chosen


def _override(header: Header, overrides: dict[str, str]) -> Header:
    if not overrides:
        return header
    size = overrides.get("size", str(header.size))
    if not (size.isascii() and size.isdigit() and len(size) < 20):
        raise malformed("an extended header has a wrong size")
    return replace(
        header,
        name=overrides.get("path", header.name),
        target=overrides.get("linkpath", header.target),
        size=int(size),
    )


def _check_member(header: Header) -> TarMember:
    name = header.name.rstrip("/")
    check_member_name(name)
    if header.kind == GNU_SPARSE:
        raise malformed("sparse members are not allowed", code="sparse-member")
    if header.kind != FILE and header.size:
        raise malformed(f"{shorten(name)} has content but is no file")
    if header.kind != FOLDER and name != header.name:
        raise malformed(f"{shorten(name)} has the name of a folder but is none")
    if header.kind in LINKS:
        _check_target(name, header)
    return TarMember(name, header.kind, header.size, header.target)


def _check_target(name: str, header: Header) -> None:
    target = header.target
    if header.kind == SYMBOLIC_LINK:
        target = posixpath.join(posixpath.dirname(name), target)
    inside = posixpath.normpath(target).partition("/")[0] == name.partition("/")[0]
    if not inside or not _climbs_first(header.target) or header.target.startswith("/"):
        raise malformed(
            f"{shorten(name)} links out of the archive, link inside it", code="unsafe-link"
        )


def _climbs_first(target: str) -> bool:
    # After a name, `..` leaves the folder that the name leads to, which may be
    # a link to anywhere; before any name it leaves a folder that we know.
    parts = target.split("/")
    names = [part for part in parts if part not in ("", ".", "..")]
    climbs = [part for part in parts if part == ".."]
    return [part for part in parts if part not in ("", ".")] == climbs + names


def _padded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def _skip(stream: GzipStream, length: int) -> None:
    if stream.skip(length) < length:
        raise malformed("it is cut off")
