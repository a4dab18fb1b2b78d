"""METADATA and PKG-INFO, split into headers and description.

The format looks like mail, but a mail parser would also decode attachments
and nested parts for us; only headers and body mean something here.
"""

import re
from dataclasses import dataclass

from app.uploads.exceptions import InvalidMetadata

MAX_HEADERS = 20_000
_BOM = b"\xef\xbb\xbf"
_LINE_END = re.compile("\r\n?")
_HEADER = re.compile(r"([!-9;-~]+):[ \t]*(.*)", re.DOTALL)
# Metadata 1.x fold a description into its header, with a bar in later versions.
_FOLD = re.compile(r"\n(?:       \||        |[ \t]+)")


@dataclass(frozen=True)
class Headers:
    """Values by lower-case field name in the order of the file, and the body."""

    fields: dict[str, list[str]]
    body: str

    def get_all(self, field: str) -> list[str]:
        """Return the values of a field; empty and UNKNOWN ones count as absent."""
        return [value for value in self.fields.get(field, []) if value not in ("", "UNKNOWN")]


def split_headers(raw: bytes) -> Headers:
    """Return the headers and the body; raise InvalidMetadata for unreadable text."""
    text = _decode(raw)
    head, _, body = text.partition("\n\n") if not text.startswith("\n") else ("", "", text[1:])
    fields: dict[str, list[str]] = {}
    lines = re.split(r"\n(?![ \t])", head)
    if len(lines) > MAX_HEADERS:
        raise InvalidMetadata(
            f"The metadata have too many headers, the limit is {MAX_HEADERS}.",
            code="metadata-too-long",
        )
    for number, line in enumerate(lines):
        match = _HEADER.fullmatch(line)
        if match is None:
            # Like a mail parser: what is no header begins the body.
            body = "\n".join([*lines[number:], "", body]) if line else body
            break
        fields.setdefault(match[1].lower(), []).append(_unfold(match[2]))
    return Headers(fields, body)


def _decode(raw: bytes) -> str:
    if b"\0" in raw:
        raise InvalidMetadata(
            "The metadata contain a NUL byte, write them as plain UTF-8.", code="metadata-encoding"
        )
    try:
        text = raw.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        field = _field_at(raw, error.start)
        raise InvalidMetadata(
            f"{field}: the text is not UTF-8, write the metadata in UTF-8.",
            code="metadata-encoding",
        ) from None
    return _LINE_END.sub("\n", text)


def _field_at(raw: bytes, position: int) -> str:
    before = raw[:position]
    if b"\n\n" in before or b"\r\n\r\n" in before:
        return "Description"
    line = before.rpartition(b"\n")[2].partition(b":")[0]
    return line.decode("ascii", "replace")[:40] or "Metadata"


def _unfold(value: str) -> str:
    return _FOLD.sub("\n", value.strip(" \t\n"))
