"""Checks of the machine: versions, rights, disks and limits."""

import os
import resource
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import config
from app.core.i18n import LANGUAGES
from app.core.runtime import data_path, setting
from app.doctor.findings import Finding, doubtful, fine, wrong

_OLDEST_PYTHON = (3, 11)
_FEWEST_FILES = 4096
_LOW_SHARE, _LOW_BYTES = 0.1, 5 * 10**9
_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "glusterfs", "ceph"}


def check_python() -> Finding:
    """Look at the version of Python."""
    told = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < _OLDEST_PYTHON:
        return wrong(f"Python {told} is too old.", "Install Python 3.11 or newer.")
    return fine(f"Python {told}.")


def check_packages() -> Finding:
    """Compare what is installed with what is pinned."""
    lines = (config.ROOT / "requirements.txt").read_text().splitlines()
    pins = dict(line.split("==", 1) for line in lines if "==" in line)
    other = sorted(name for name, pinned in pins.items() if _installed(name) != pinned.split()[0])
    if other:
        return doubtful(
            f"{len(other)} packages are not as they are pinned: {', '.join(other[:5])}.",
            "Run `pip install -r requirements.txt` in the virtual environment.",
        )
    return fine(f"All {len(pins)} packages are as they are pinned.")


def check_rights() -> Finding:
    """See who may read DATA_DIR."""
    open_to_all = [
        path.name
        for path in (data_path("secret_key"), data_path("tilsit.db"), data_path("mail"))
        if path.exists() and path.stat().st_mode & 0o077
    ]
    if open_to_all:
        return wrong(
            f"Others on this machine can read {', '.join(open_to_all)} in DATA_DIR.",
            "Run `chmod -R go=` on them: password hashes and mails are in there.",
        )
    return fine("What is secret in DATA_DIR is for its owner alone.")


def check_disk() -> Finding:
    """See how much room there is."""
    for folder in _folders():
        use = shutil.disk_usage(folder)
        if use.free < setting("READY_DISK_BYTES"):
            return wrong(
                f"{folder} has {_megabytes(use.free)} left, less than READY_DISK_MB.",
                "Make room: `flask mirror prune`, a larger disk, or docs/operations.md, full disk.",
            )
        if use.free < min(use.total * _LOW_SHARE, _LOW_BYTES):
            return doubtful(f"{folder} has {_megabytes(use.free)} left.", "Make room soon.")
    return fine("There is room on the disks.")


def check_inodes() -> Finding:
    """See how many more files there can be."""
    for folder in _folders():
        facts = os.statvfs(folder)
        # Some file systems have no fixed number of them.
        if facts.f_files and facts.f_favail < facts.f_files * 0.05:
            return doubtful(
                f"The disk of {folder} can take only {facts.f_favail} more files.",
                "Move DATA_DIR to a file system with more inodes.",
            )
    return fine("There can be many more files.")


def check_file_system() -> Finding:
    """See whether the database lies on a network."""
    kind = _file_system(data_path())
    is_sqlite = setting("SQLALCHEMY_DATABASE_URI").startswith("sqlite")
    if kind in _NETWORK and is_sqlite:
        return wrong(
            f"SQLite lies on {kind}, where its locks do not work and data gets lost.",
            "Put DATA_DIR on a local disk, or set DATABASE_URL to a PostgreSQL server.",
        )
    return fine(f"DATA_DIR lies on {kind or 'a file system that is not told here'}.")


def check_open_files() -> Finding:
    """See how many connections a process may have open."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and hard < _FEWEST_FILES:
        return doubtful(
            f"A process may have only {hard} files and connections open.",
            "Raise the limit: `LimitNOFILE=16384` in systemd's unit, or `ulimit -n`.",
        )
    return fine("Processes may have enough files and connections open.")


def check_locales() -> Finding:
    """See whether the translations are there."""
    root = Path(setting("BABEL_TRANSLATION_DIRECTORIES"))
    missing = [
        code
        for code in LANGUAGES
        if code != "en" and not (root / code / "LC_MESSAGES" / "messages.mo").exists()
    ]
    if missing:
        return doubtful(
            f"Texts in {', '.join(missing)} are missing.",
            "Let the service write into the folder `translations` once, or install it anew.",
        )
    return fine("Texts in all languages are there.")


def check_zones() -> Finding:
    """See whether this machine knows time zones."""
    try:
        ZoneInfo("Europe/Berlin")
    except ZoneInfoNotFoundError:
        return doubtful("This machine knows no time zones.", "Install the package `tzdata`.")
    return fine("Time zones are known.")


def _folders() -> list[Path]:
    folders = [Path(setting("DATA_DIR"))]
    if setting("STORAGE_URL") != "memory:":
        folders.append(Path(setting("STORAGE_URL")))
    return [folder for folder in folders if folder.exists()]


def _file_system(folder: Path) -> str:
    """Return the kind of the file system that a folder lies on, or nothing."""
    try:
        lines = Path("/proc/self/mounts").read_text().splitlines()
    except OSError:
        return ""
    mounts = {line.split()[1]: line.split()[2] for line in lines}
    inside = [place for place in mounts if folder.resolve().is_relative_to(place)]
    return mounts[max(inside, key=len)] if inside else ""


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _megabytes(size: int) -> str:
    return f"{size / 10**6:,.0f} MB"
