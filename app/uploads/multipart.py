"""The body of an upload, taken apart while it arrives.

The file goes straight to the store and is hashed on the way; of the text only
the fields that mean something here are kept. What is kept is bounded, whatever
a client sends.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO

from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio import multipart as sansio

from app.core.exceptions import TooLarge
from app.core.storage.incoming import Incoming
from app.uploads.exceptions import InvalidForm

CHUNK_BYTES = 256 * 1024
# A README of 8 MB, thousands of classifiers and dependencies: nobody has more.
MAX_TEXT_BYTES = 16 * 1024 * 1024
MAX_PARTS = 5_000
MAX_HEADER_BYTES = 16 * 1024
MAX_NAME_LENGTH = 100
MAX_BOUNDARY_LENGTH = 200

CONTENT = "content"
# Old clients send it as a file; signatures are no longer looked at.
IGNORED_FILES = frozenset({"gpg_signature"})
# The fields that are read, with the most bytes each may have. The rest of what
# clients send repeats the metadata, and there the file itself is asked.
KEPT = {
    ":action": 100,
    "protocol_version": 100,
    "filetype": 100,
    "name": 1_000,
    "version": 1_000,
    "md5_digest": 200,
    "sha256_digest": 200,
    "blake2_256_digest": 200,
    "comment": 64 * 1024,
    "attestations": 1024 * 1024,
}


@dataclass
class Parts:
    """What was read so far: text by field, and the name the file was sent under."""

    fields: dict[str, str] = field(default_factory=dict)
    filename: str | None = None


def receive_parts(
    stream: IO[bytes],
    content_type: str,
    incoming: Incoming,
    *,
    max_bytes: int,
    length: int | None = None,
) -> Parts:
    """Read a whole body: the file into `incoming`, which takes `max_bytes`, the text here.

    `length` is what was announced. Raises `InvalidForm` for a body that is
    broken or cut off, `TooLarge` for too much of anything.
    """
    reader = _Reader(_find_boundary(content_type), incoming, max_bytes)
    received = 0
    try:
        for chunk in _chunks(stream):
            received += len(chunk)
            reader.feed(chunk)
        reader.feed(None)
    except (ValueError, ClientDisconnected, OSError) as error:
        raise InvalidForm("The upload was cut off or is not valid, send it again.") from error
    except RequestEntityTooLarge as error:
        raise TooLarge(f"The form has too many fields, the limit is {MAX_PARTS}.") from error
    # Some servers end a body that a client gave up as if it were whole.
    if received < (length or 0):
        raise InvalidForm("The upload was cut off, send it again.")
    return reader.parts


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk


def _find_boundary(content_type: str) -> bytes:
    kind, options = parse_options_header(content_type)
    boundary = options.get("boundary", "")
    if kind != "multipart/form-data" or not 0 < len(boundary) <= MAX_BOUNDARY_LENGTH:
        raise InvalidForm("Send the file as multipart/form-data with a boundary.")
    return boundary.encode("latin-1", "replace")


class _Reader:
    """The state between two chunks of a body."""

    def __init__(self, boundary: bytes, incoming: Incoming, max_bytes: int) -> None:
        self.parts = Parts()
        self._decoder = sansio.MultipartDecoder(boundary, max_parts=MAX_PARTS)
        self._incoming = incoming
        self._max_bytes = max_bytes
        self._text_bytes = 0
        self._part = ""
        self._is_file = False
        self._seen: set[str] = set()
        self._kept = bytearray()

    def feed(self, chunk: bytes | None) -> None:
        """Take the next bytes, or None when there are no more."""
        self._decoder.receive_data(chunk)
        while not isinstance(event := self._decoder.next_event(), sansio.NeedData):
            self._take(event)
            if isinstance(event, sansio.Epilogue):
                return
        # Only a header or what stands around the parts can pile up in there.
        if len(self._decoder.buffer) > MAX_HEADER_BYTES:
            raise InvalidForm("The upload is not valid, or a part has an endless header.")

    def _take(self, event: sansio.Event) -> None:
        if isinstance(event, sansio.File | sansio.Field):
            self._begin(event.name, event.filename if isinstance(event, sansio.File) else None)
        elif isinstance(event, sansio.Data):
            self._go_on(event.data)
            if not event.more_data:
                self._end()

    def _begin(self, name: str | None, filename: str | None) -> None:
        _check_name(name)
        self._part = name or ""
        self._is_file = filename is not None
        if self._part in self._seen and (self._part in KEPT or self._part == CONTENT):
            raise InvalidForm(f"The field {self._part} was sent twice, send it once.")
        self._seen.add(self._part)
        if filename is None:
            if self._part == CONTENT:
                raise InvalidForm("The field content should be a file with a name.")
        elif self._part == CONTENT:
            self.parts.filename = filename
        elif self._part not in IGNORED_FILES:
            raise InvalidForm(f"The field {self._part} should be text, not a file.")

    def _go_on(self, data: bytes) -> None:
        if self._is_file and self._part == CONTENT:
            self._store(data)
            return
        self._text_bytes += len(data)
        if self._text_bytes > MAX_TEXT_BYTES:
            raise TooLarge(f"The form has too much text, the limit is {MAX_TEXT_BYTES} bytes.")
        limit = KEPT.get(self._part)
        if limit is not None:
            self._kept += data
            if len(self._kept) > limit:
                raise InvalidForm(f"The field {self._part} is too long, the limit is {limit}.")

    def _store(self, data: bytes) -> None:
        if self._incoming.size + len(data) > self._max_bytes:
            raise too_large(self._max_bytes)
        self._incoming.write(data)

    def _end(self) -> None:
        if self._part not in KEPT:
            return
        value = _decode(self._part, bytes(self._kept))
        self._kept.clear()
        # Clients write UNKNOWN, or nothing, for what they do not know.
        if value not in {"", "UNKNOWN"}:
            self.parts.fields[self._part] = value


def too_large(max_bytes: int) -> TooLarge:
    """Return the refusal of a file over the limit, which it names."""
    return TooLarge(f"File too large, the limit is {max_bytes // 2**20} MB.", code="file-too-large")


def _check_name(name: str | None) -> None:
    if not name:
        raise InvalidForm("A part of the form has no name.")
    if len(name) > MAX_NAME_LENGTH:
        raise InvalidForm(f"A field has a name over {MAX_NAME_LENGTH} characters.")


def _decode(name: str, value: bytes) -> str:
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidForm(f"The field {name} is not UTF-8.") from None
    if "\0" in text:
        raise InvalidForm(f"The field {name} has a NUL byte.")
    return text.strip()


def only(fields: Mapping[str, str], name: str) -> str:
    """Return a field that must be there."""
    if name not in fields:
        raise InvalidForm(f"The field {name} is missing.")
    return fields[name]
