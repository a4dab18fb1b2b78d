"""What the names of files say, also those that no tool makes any more."""

import re

from app.projects.names import normalise
from app.projects.versions import LONGEST

_SOURCES = (".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz", ".tar.z", ".tar", ".tbz", ".tbz2")
_INSTALLERS = {".exe": "bdist_wininst", ".msi": "bdist_msi", ".rpm": "bdist_rpm"}
_INSTALLERS |= {".deb": "bdist_deb", ".dmg": "bdist_dmg"}
ENDINGS = (".whl", ".egg", *_SOURCES, *_INSTALLERS)
# What follows the version in the names of installers and of "dumb" archives.
_PLATFORM = re.compile(
    r"[.-](win32|win-amd64|win-arm64|linux-|macosx-|noarch|src|i[3-6]86|x86_64|amd64|py\d)(.*)",
    re.IGNORECASE,
)
# Archives of what was built, for one platform.
_DUMB = re.compile(r"\.(linux-|macosx-|win32|win-amd64)", re.IGNORECASE)
_PYTHON = re.compile(r"-(py\d[\d.]*)", re.IGNORECASE)
_SEPARATORS = re.compile(r"[-_.]+")


def version_of(filename: str, normalized_name: str) -> str:
    """Return the version that a file's name tells, or an empty text."""
    stem, ending = _split(filename)
    parts = stem.split("-")
    if ending in {".whl", ".egg"}:
        version = parts[1] if len(parts) > 1 else ""
    else:
        version = _rest(stem, normalized_name)
        if ending in _INSTALLERS or ending not in ENDINGS or _PLATFORM.search(version):
            version = _PLATFORM.sub("", version)
    # Wheels escape hyphens, which old versions may have.
    return version if len(version) <= LONGEST else ""


def kind_of(filename: str) -> tuple[str, str]:
    """Return the type of a file and the Python that it is for, as uploads tell them."""
    stem, ending = _split(filename)
    if ending == ".whl":
        parts = stem.split("-")
        return "bdist_wheel", parts[-3] if len(parts) >= 5 else ""
    if ending in _SOURCES and not _DUMB.search(stem):
        return "sdist", "source"
    python = _PYTHON.search(stem)
    kinds = _INSTALLERS | {".egg": "bdist_egg"} | dict.fromkeys(_SOURCES, "bdist_dumb")
    return kinds.get(ending, ""), python.group(1)[2:] if python else ""


def _split(filename: str) -> tuple[str, str]:
    lowered = filename.lower()
    for ending in ENDINGS:
        if lowered.endswith(ending):
            return filename[: -len(ending)], ending
    stem, dot, ending = filename.rpartition(".")
    return (stem, dot + ending) if stem else (filename, "")


def _rest(stem: str, normalized_name: str) -> str:
    """Return what follows the project's name and a hyphen."""
    for match in _SEPARATORS.finditer(stem):
        if normalise(stem[: match.start()]) == normalized_name:
            return stem[match.end() :]
    return ""
