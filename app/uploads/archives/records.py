"""RECORD, the list of files and digests in a wheel (PEP 376, 427)."""

import csv
import hashlib
import io
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.uploads.archives.limits import MAX_RECORD_BYTES, MAX_RECORD_LINES
from app.uploads.archives.members import shorten
from app.uploads.archives.ziprecords import Member
from app.uploads.archives.zips import MemberReader, list_members, unpack
from app.uploads.exceptions import InvalidArchive

_SIGNATURES = ("", ".jws", ".p7s")
_RECORD = re.compile(r"[^/]+\.dist-info/RECORD")
_ALGORITHMS = frozenset({"sha256", "sha384", "sha512"})


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One line of RECORD; digest as `algorithm=base64`, size in bytes, both may be empty."""

    path: str
    digest: str
    size: str


def check_record(file: BinaryIO, members: dict[str, Member], record: Member) -> None:
    """Raise InvalidArchive when RECORD and archive do not hold the same files."""
    exempt = {record.name + suffix for suffix in _SIGNATURES}
    missing = {name for name, member in members.items() if not member.is_folder} - exempt
    for line in read_record(file, record):
        missing.discard(line.path)
        if line.path not in members and line.path not in exempt:
            raise _mismatch(f"RECORD lists {shorten(line.path)}, which the archive does not have")
    if missing:
        raise _mismatch(f"RECORD does not list {shorten(min(missing))}, list every file")


def read_record(file: BinaryIO, record: Member) -> Iterator[RecordLine]:
    """Give the lines of RECORD one by one; raise InvalidArchive for a broken one."""
    if record.size > MAX_RECORD_BYTES:
        raise _invalid("it is too large")
    reader = io.BufferedReader(MemberReader(file, record))
    try:
        rows = csv.reader(io.TextIOWrapper(reader, "utf-8", newline=""))
        for count, row in enumerate(rows):
            if count > MAX_RECORD_LINES:
                raise _invalid("it has too many lines")
            if row:
                yield _parse_line(row)
    except UnicodeDecodeError:
        raise _invalid("it is not UTF-8") from None
    except csv.Error:
        raise _invalid("it is not a CSV file") from None


def verify_record(path: Path) -> list[str]:
    """Return a sentence for each member that is not what RECORD says it is.

    Unpacks the whole wheel in pieces, so it belongs in a job. An empty list
    means that every file is intact. Raises InvalidArchive for a broken wheel.
    """
    with path.open("rb") as file:
        members = list_members(file)
        names = [name for name in members if _RECORD.fullmatch(name)]
        if len(names) != 1:
            raise _invalid("there should be exactly one")
        lines = {line.path: line for line in read_record(file, members[names[0]])}
        exempt = {names[0] + suffix for suffix in _SIGNATURES}
        checked = [m for m in members.values() if m.name not in exempt and not m.is_folder]
        return [
            complaint
            for member in checked
            if (complaint := _compare(file, member, lines.get(member.name)))
        ]


def _parse_line(row: list[str]) -> RecordLine:
    if len(row) != 3:
        raise _invalid("each line should have a path, a digest and a size")
    path, digest, size = row
    return RecordLine(path.replace("\\", "/"), digest, size)


def _compare(file: BinaryIO, member: Member, line: RecordLine | None) -> str | None:
    if line is None:
        return f"{member.name}: not listed in RECORD"
    algorithm, _, expected = line.digest.partition("=")
    if algorithm not in _ALGORITHMS:
        return f"{member.name}: no SHA-2 digest in RECORD"
    try:
        found = _digest(file, member, algorithm)
    except InvalidArchive as error:
        return f"{member.name}: {error}"
    if found != expected.rstrip("="):
        return f"{member.name}: {algorithm} differs from RECORD"
    if line.size and line.size != str(member.size):
        return f"{member.name}: size differs from RECORD"
    return None


def _digest(file: BinaryIO, member: Member, algorithm: str) -> str:
    digest = hashlib.new(algorithm)
    for piece in unpack(file, member):
        digest.update(piece)
    return urlsafe_b64encode(digest.digest()).rstrip(b"=").decode("ascii")


def _mismatch(detail: str) -> InvalidArchive:
    return InvalidArchive(f"{detail}.", code="record-mismatch")


def _invalid(detail: str) -> InvalidArchive:
    return InvalidArchive(f"RECORD is not valid: {detail}.", code="invalid-record")
