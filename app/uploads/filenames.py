"""The name of a distribution file, taken apart and judged (PEP 427, 625)."""

import re
from dataclasses import dataclass
from typing import Literal

from packaging.utils import (
    InvalidWheelFilename,
    canonicalize_name,
    is_normalized_name,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

from app.uploads.exceptions import InvalidFilename
from app.uploads.platforms import is_platform_allowed
from app.uploads.policy import Policy

Filetype = Literal["bdist_wheel", "sdist"]

# File systems end at 255 bytes, and `.metadata` or `.provenance` comes after it.
MAX_LENGTH = 240
# One number of a version longer than this makes int() refuse to read it.
MAX_VERSION = 128
_KINDS = "a wheel (.whl) as bdist_wheel or a source archive (.tar.gz) as sdist"
_ALPHABET = re.compile(r"[A-Za-z0-9._+!-]+", re.ASCII)
_WHEEL = re.compile(
    r"(?P<name>[^-]+)-(?P<version>[^-]+)(?:-(?P<build>[^-]+))?"
    r"-(?P<python>[^-]+)-(?P<abi>[^-]+)-(?P<platform>[^-]+)\.whl"
)


@dataclass(frozen=True)
class DistributionName:
    """What the name of a file says about its content."""

    filename: str
    filetype: Filetype
    name: str
    normalized_name: str
    version: Version
    build: str | None
    python_tag: str
    abi_tag: str | None
    platform_tags: tuple[str, ...]

    @property
    def stem(self) -> str:
        """Return `name-version` as the file name spells it."""
        return "-".join(self.filename.removesuffix(".tar.gz").split("-")[:2])


def parse_filename(filename: str, filetype: str) -> DistributionName:
    """Return the parts of a name that is spelt as the standards demand.

    Raises InvalidFilename, with the right spelling in the message where there is one.
    """
    _check_characters(filename)
    if filetype == "bdist_wheel":
        return _parse_wheel(filename)
    if filetype == "sdist":
        return _parse_sdist(filename)
    raise InvalidFilename(
        f"Filetype {filetype[:40]!r} is not accepted, upload {_KINDS}.",
        code="unsupported-filetype",
    )


def check_policy(name: DistributionName, policy: Policy) -> None:
    """Raise InvalidFilename when this house takes no such platform or version."""
    if name.version.local is not None and not policy.local_versions:
        raise InvalidFilename(
            f"The local version {str(name.version)!r} is not allowed, drop the '+' part.",
            code="local-version",
        )
    for tag in name.platform_tags:
        if not is_platform_allowed(tag, linux=policy.linux_wheels):
            raise InvalidFilename(
                f"Binary wheel {name.filename!r} has an unsupported platform tag {tag!r}.",
                code="unsupported-platform",
            )


def _check_characters(filename: str) -> None:
    if any(ord(character) < 32 or ord(character) == 127 for character in filename):
        raise InvalidFilename("The filename has control characters, use printable ASCII only.")
    if "/" in filename or "\\" in filename:
        raise InvalidFilename("The filename has a '/' or '\\', send the name without a folder.")
    if len(filename) > MAX_LENGTH:
        raise InvalidFilename(
            f"The filename is too long, use at most {MAX_LENGTH} characters.",
            code="filename-too-long",
        )
    if _ALPHABET.fullmatch(filename) is None:
        raise InvalidFilename(
            f"Filename {filename!r} is invalid, use ASCII letters, digits and '._+!-' only."
        )


def _parse_wheel(filename: str) -> DistributionName:
    _check_extension(filename, ".whl", "bdist_wheel")
    match = _WHEEL.fullmatch(filename)
    if match is None:
        raise InvalidFilename(f"Invalid wheel filename (wrong number of parts): {filename!r}.")
    version = _parse_version(filename, match["version"])
    try:
        parse_wheel_filename(filename)
    except InvalidWheelFilename as error:
        raise InvalidFilename(f"{error}.") from error
    _check_spelling(filename, match, version)
    return DistributionName(
        filename=filename,
        filetype="bdist_wheel",
        name=match["name"],
        normalized_name=canonicalize_name(match["name"]),
        version=version,
        build=match["build"],
        python_tag=match["python"],
        abi_tag=match["abi"],
        platform_tags=tuple(match["platform"].split(".")),
    )


def _check_spelling(filename: str, match: re.Match[str], version: Version) -> None:
    escaped = _escape(match["name"])
    if not is_normalized_name(escaped.replace("_", "-")):
        raise InvalidFilename(f"Invalid project name in the wheel filename: {filename!r}.")
    if match["name"] != escaped:
        raise InvalidFilename(
            f"Filename {filename!r} should contain the normalized project name "
            f"{escaped!r}, not {match['name']!r}."
        )
    rest = filename[match.end("version") :].lower()
    _expect(filename, f"{escaped}-{version}{rest}")


def _parse_sdist(filename: str) -> DistributionName:
    _check_extension(filename, ".tar.gz", "sdist")
    name, hyphen, spelt = filename.removesuffix(".tar.gz").rpartition("-")
    if not hyphen or not is_normalized_name(canonicalize_name(name)):
        raise InvalidFilename(
            f"Invalid source distribution filename: {filename!r}, should be 'name-version.tar.gz'."
        )
    version = _parse_version(filename, spelt)
    _expect(filename, f"{_escape(name)}-{version}.tar.gz")
    return DistributionName(
        filename=filename,
        filetype="sdist",
        name=name,
        normalized_name=canonicalize_name(name),
        version=version,
        build=None,
        python_tag="source",
        abi_tag=None,
        platform_tags=(),
    )


def _check_extension(filename: str, extension: str, filetype: Filetype) -> None:
    if not filename.endswith(extension):
        raise InvalidFilename(
            f"Invalid file extension of {filename!r} for filetype {filetype}, upload {_KINDS}.",
            code="unsupported-extension",
        )


def _parse_version(filename: str, spelt: str) -> Version:
    try:
        if len(spelt) > MAX_VERSION:
            raise InvalidVersion(spelt)
        return Version(spelt)
    except InvalidVersion as error:
        raise InvalidFilename(f"Invalid filename (invalid version): {filename!r}.") from error


def _expect(filename: str, expected: str) -> None:
    if filename != expected:
        raise InvalidFilename(f"Filename {filename!r} is invalid, should be {expected!r}.")


def _escape(name: str) -> str:
    return canonicalize_name(name).replace("-", "_")
