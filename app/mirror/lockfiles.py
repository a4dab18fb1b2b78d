"""Lock files for all installers (PEP 751): pylock.toml."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from packaging.pylock import (
    Package,
    PackageSdist,
    PackageWheel,
    Pylock,
    PylockUnsupportedVersionError,
    PylockValidationError,
)
from packaging.specifiers import SpecifierSet

from app.core.i18n import _l
from app.mirror.needfiles import LARGEST, NeedsUnreadable
from app.mirror.wishes import NamedFile, Wish, WishList

_OURS = "sha256"


def read_lock(path: Path) -> WishList:
    """Return what a lock names, for all environments; raises `NeedsUnreadable`."""
    try:
        lock = Pylock.from_dict(_table(path))
    except (PylockValidationError, PylockUnsupportedVersionError) as error:
        told = {"file": path.name, "reason": str(error)}
        raise NeedsUnreadable(_l("%(file)s is no lock: %(reason)s", **told)) from error
    elsewhere = [package for package in lock.packages if package.is_direct]
    wishes = [_wish(package, path.name) for package in lock.packages if not package.is_direct]
    notes = [f"{path.name}: {package.name} comes from elsewhere" for package in elsewhere]
    return WishList(tuple(wishes), tuple(notes))


def _table(path: Path) -> Mapping[str, Any]:
    try:
        if path.stat().st_size > LARGEST:
            raise NeedsUnreadable(_l("%(file)s is too long.", file=path.name))
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        told = {"file": path.name, "reason": str(error)}
        raise NeedsUnreadable(_l("%(file)s cannot be read: %(reason)s", **told)) from error


def _wish(package: Package, place: str) -> Wish:
    files = [*(package.wheels or ()), *([package.sdist] if package.sdist else ())]
    return Wish(
        name=package.name,
        # Without a version the names of the files tell which one it is.
        specifier=SpecifierSet(f"=={package.version}" if package.version else ""),
        place=place,
        files=tuple(map(_file, files)),
    )


def _file(file: PackageWheel | PackageSdist) -> NamedFile:
    digests = {name.lower(): digest.lower() for name, digest in file.hashes.items()}
    # That of our own kind needs no computing, and else the longest is the strongest.
    kind = _OURS if _OURS in digests else max(digests, key=lambda name: len(digests[name]))
    return NamedFile(file.filename, (kind, digests[kind]))
