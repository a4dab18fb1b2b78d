"""What a distribution says about itself (core metadata 1.0 - 2.6)."""

import re
from dataclasses import dataclass

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from app.uploads.exceptions import InvalidMetadata
from app.uploads.fields import check_repeats, check_syntax, find_value, quote, refuse
from app.uploads.filenames import MAX_VERSION
from app.uploads.headers import Headers, split_headers
from app.uploads.metadatarules import check_rules, list_warnings, parse_project_url
from app.uploads.policy import Policy

_KNOWN = frozenset({"1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6"})
_NEWEST = (2, 6)
_NORMALISED_EXTRAS = (2, 3)
_LICENSE_FILES = (2, 4)
_VERSION = re.compile(r"([1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})")


@dataclass(frozen=True)
class CoreMetadata:
    """The fields of METADATA or PKG-INFO; absent, empty and UNKNOWN are None or ()."""

    metadata_version: str
    name: str
    normalized_name: str
    version: Version
    summary: str | None
    description: str | None
    description_content_type: str | None
    keywords: str | None
    author: str | None
    author_email: str | None
    maintainer: str | None
    maintainer_email: str | None
    license: str | None
    license_expression: str | None
    license_files: tuple[str, ...]
    classifiers: tuple[str, ...]
    platforms: tuple[str, ...]
    supported_platforms: tuple[str, ...]
    requires_python: str | None
    requires_dist: tuple[str, ...]
    provides_extra: tuple[str, ...]
    requires_external: tuple[str, ...]
    provides_dist: tuple[str, ...]
    obsoletes_dist: tuple[str, ...]
    home_page: str | None
    download_url: str | None
    project_urls: tuple[tuple[str, str], ...]
    dynamic: tuple[str, ...]
    import_names: tuple[str, ...]
    import_namespaces: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def has_license_files(self) -> bool:
        """Return whether License-File entries name files of the archive (PEP 639)."""
        return _parse_metadata_version(self.metadata_version) >= _LICENSE_FILES


def read_metadata(raw: bytes, policy: Policy) -> CoreMetadata:
    """Return the metadata in our own terms.

    Raises InvalidMetadata, whose message begins with the field that is wrong.
    """
    headers = split_headers(raw)
    check_repeats(headers)
    number, warnings = _judge_metadata_version(find_value(headers, "Metadata-Version"))
    parsed = check_syntax(headers, licenses=number >= _LICENSE_FILES)
    check_rules(headers, parsed, policy)
    if number >= _NORMALISED_EXTRAS:
        warnings += tuple(list_warnings(headers))
    return _build(headers, parsed.version, str(parsed.license_expression or ""), warnings)


def check_against_filename(metadata: CoreMetadata, normalized_name: str, version: Version) -> None:
    """Raise InvalidMetadata when the file is named after another project or version."""
    _check_identity(metadata, normalized_name, version, "the filename", "metadata-mismatch")


def check_against_form(metadata: CoreMetadata, name: str, version: str) -> None:
    """Raise InvalidMetadata when the form speaks of another project or version.

    Only identity counts: names are compared normalised, versions by PEP 440;
    in every other field the file is right.
    """
    try:
        parsed = Version(version[: MAX_VERSION + 1])
    except InvalidVersion:
        raise refuse("Version", f"{quote(version)} is invalid", code="form-mismatch") from None
    _check_identity(metadata, canonicalize_name(name), parsed, "the form", "form-mismatch")


def _check_identity(
    metadata: CoreMetadata, name: str, version: Version, where: str, code: str
) -> None:
    if metadata.normalized_name != name:
        raise refuse(
            "Name", f"{quote(metadata.name)} in the file, {quote(name)} in {where}", code=code
        )
    if metadata.version != version:
        found, other = quote(str(metadata.version)), quote(str(version))
        raise refuse("Version", f"{found} in the file, {other} in {where}", code=code)


def _parse_metadata_version(value: str) -> tuple[int, int]:
    match = _VERSION.fullmatch(value)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _judge_metadata_version(value: str | None) -> tuple[tuple[int, int], tuple[str, ...]]:
    if value is None:
        raise _unknown_version("is a required field")
    number = _parse_metadata_version(value)
    # The standard: warn about a newer minor version, fail on a newer major one.
    if number[0] == _NEWEST[0] and number > _NEWEST:
        return number, (f"Metadata-Version {value} is newer than 2.6 and was read as 2.6.",)
    if value not in _KNOWN:
        raise _unknown_version(
            f"{quote(value)} is not a valid metadata version, should be 1.0 to 2.6"
        )
    return number, ()


def _unknown_version(detail: str) -> InvalidMetadata:
    return refuse("Metadata-Version", detail, code="metadata-version")


def _build(
    headers: Headers, version: Version, expression: str, warnings: tuple[str, ...]
) -> CoreMetadata:
    def one(label: str) -> str | None:
        return find_value(headers, label)

    def many(label: str) -> tuple[str, ...]:
        return tuple(headers.get_all(label.lower()))

    name = one("Name") or ""
    return CoreMetadata(
        metadata_version=one("Metadata-Version") or "",
        name=name,
        normalized_name=canonicalize_name(name),
        version=version,
        summary=one("Summary"),
        description=headers.body or one("Description"),
        description_content_type=one("Description-Content-Type"),
        keywords=one("Keywords"),
        author=one("Author"),
        author_email=one("Author-email"),
        maintainer=one("Maintainer"),
        maintainer_email=one("Maintainer-email"),
        license=one("License"),
        license_expression=expression or None,
        license_files=many("License-File"),
        classifiers=many("Classifier"),
        platforms=many("Platform"),
        supported_platforms=many("Supported-Platform"),
        requires_python=one("Requires-Python"),
        requires_dist=many("Requires-Dist"),
        provides_extra=many("Provides-Extra"),
        requires_external=many("Requires-External"),
        provides_dist=many("Provides-Dist"),
        obsoletes_dist=many("Obsoletes-Dist"),
        home_page=one("Home-page"),
        download_url=one("Download-URL"),
        project_urls=tuple(map(parse_project_url, many("Project-URL"))),
        dynamic=many("Dynamic"),
        import_names=many("Import-Name"),
        import_namespaces=many("Import-Namespace"),
        warnings=warnings,
    )
