"""The fields of core metadata and the rules for single ones (metadata 1.0 - 2.6)."""

from typing import cast

from packaging.metadata import ExceptionGroup, Metadata, RawMetadata
from packaging.metadata import InvalidMetadata as PackagingError

from app.uploads.exceptions import InvalidMetadata
from app.uploads.headers import Headers

SINGLE = (
    "Metadata-Version",
    "Name",
    "Version",
    "Author",
    "Author-email",
    "Description",
    "Description-Content-Type",
    "Download-URL",
    "Home-page",
    "Keywords",
    "License",
    "License-Expression",
    "Maintainer",
    "Maintainer-email",
    "Requires-Python",
    "Summary",
)
# How the library names the fields whose syntax it knows.
_CHECKED = {
    "Name": "name",
    "Version": "version",
    "Summary": "summary",
    "Description-Content-Type": "description_content_type",
    "Requires-Python": "requires_python",
    "License-Expression": "license_expression",
}
_CHECKED_LISTS = {
    "Dynamic": "dynamic",
    "Provides-Extra": "provides_extra",
    "Requires-Dist": "requires_dist",
    "License-File": "license_files",
    "Import-Name": "import_names",
    "Import-Namespace": "import_namespaces",
}
_LABELS = {label.lower(): label for label in (*SINGLE, *_CHECKED_LISTS)}
_FIRST = ("metadata-version", "name", "version")
# Longer or deeper values are no mistakes but attacks on the parsers.
_MAX_SYNTAX = 4096
_MAX_DEPTH = 30
_NEWEST = "2.6"


def find_value(headers: Headers, label: str) -> str | None:
    """Return the value of a field that may be given once, or None."""
    values = headers.get_all(label.lower())
    return values[0] if values else None


def check_repeats(headers: Headers) -> None:
    """Raise InvalidMetadata when a field that holds one value is given twice."""
    for label in SINGLE:
        if len(headers.get_all(label.lower())) > 1:
            raise refuse(label, "is given more than once, keep one")


def check_syntax(headers: Headers, *, licenses: bool) -> Metadata:
    """Return the fields in parsed form; raise InvalidMetadata naming the first bad one.

    `licenses` says whether the metadata are new enough for License-File to
    have a meaning.
    """
    raw: dict[str, object] = {"metadata_version": _NEWEST}
    for label, key in _CHECKED.items():
        value = find_value(headers, label)
        if value is not None:
            raw[key] = _guard(label, value)
    for label, key in _CHECKED_LISTS.items():
        values = headers.get_all(label.lower())
        if values and (licenses or label != "License-File"):
            raw[key] = [_guard(label, value) for value in values]
    try:
        return Metadata.from_raw(cast("RawMetadata", raw))
    except ExceptionGroup as group:
        raise _translate(group) from None


def refuse(label: str, detail: str, *, code: str | None = None) -> InvalidMetadata:
    """Return the refusal that names the field."""
    return InvalidMetadata(f"{label}: {detail}.", code=code)


def quote(value: str) -> str:
    """Return the value quoted for a message of one line."""
    return repr(value if len(value) <= 100 else f"{value[:97]}...")


def _guard(label: str, value: str) -> str:
    longest = 128 if label in ("Version", "Description-Content-Type") else _MAX_SYNTAX
    if len(value) > longest or value.count("(") > _MAX_DEPTH:
        raise refuse(label, f"{quote(value[:60])} is too long or too deep, write it shorter")
    return value


def _translate(group: ExceptionGroup) -> InvalidMetadata:
    errors = [error for error in group.exceptions if isinstance(error, PackagingError)]
    error = min(errors, key=_rank)
    label = _LABELS.get(error.field, error.field)
    detail = str(error).replace(f" for {error.field!r}", "").replace(f"{error.field!r} ", "", 1)
    return refuse(label, detail if len(detail) <= 160 else f"{detail[:157]}...")


def _rank(error: PackagingError) -> tuple[int, str]:
    first = _FIRST.index(error.field) if error.field in _FIRST else len(_FIRST)
    return first, error.field
