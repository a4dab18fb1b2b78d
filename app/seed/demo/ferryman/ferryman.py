"""Carry files from one place to another and prove that they arrived."""

import hashlib
import shutil
import sys
from pathlib import Path

__version__ = "@version@"


class Lost(Exception):  # noqa: N818 - a fact
    """What arrived is not what was sent."""


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def carry(source: Path, target: Path) -> bool:
    """Copy a file unless it is there already; raise `Lost` if it arrives changed."""
    wanted = fingerprint(source)
    if target.exists() and fingerprint(target) == wanted:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)
    if fingerprint(target) != wanted:
        raise Lost(target)
    return True


def main() -> None:
    """Carry a folder."""
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    files = [path for path in source.rglob("*") if path.is_file()]
    copied = sum(carry(path, target / path.relative_to(source)) for path in files)
    sys.stdout.write(f"{len(files)} files, {copied} of them new\n")
