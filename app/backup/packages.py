"""Packages that a restored index serves and that pip can install here."""

import json
import sqlite3
import sys
import venv
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from subprocess import CalledProcessError

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import sys_tags
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from app.backup.copying import Pace, hash_file
from app.backup.exceptions import DrillFailed
from app.backup.scratch import Scratch, fetch, run

# In any order, so that each drill tries others; more than enough, because some do not fit.
_WHEELS = """
SELECT i.slug, p.normalized_name, r.version, f.filename, f.sha256, f.requires_python
FROM file f JOIN release r ON r.id = f.release_id JOIN project p ON p.id = r.project_id
JOIN "index" i ON i.id = f.index_id
WHERE f.filetype = 'bdist_wheel' AND f.removed_at IS NULL AND f.quarantined_at IS NULL
  AND p.removed_at IS NULL AND p.status <> 'quarantined'
ORDER BY random()
"""
_GUARDED = "SELECT count(*) FROM \"index\" WHERE visibility <> 'public'"
_ACCEPT = "application/vnd.pypi.simple.v1+json"
_TRIED = 2000


@dataclass(frozen=True)
class Wheel:
    """A file that the database of the backup has."""

    index: str
    project: str
    version: str
    filename: str
    sha256: str
    requires_python: str | None


def choose_wheels(scratch: Scratch, count: int, headers: Mapping[str, str]) -> list[Wheel]:
    """Return wheels of so many projects, or of as many as are listed and fit this Python."""
    chosen: dict[str, Wheel] = {}
    fitting = (wheel for wheel in islice(_list_wheels(scratch), _TRIED) if _fits(wheel))
    for wheel in fitting:
        if len(chosen) == count:
            break
        # One name may be in several indexes, and what a policy holds back is not served.
        if wheel.project not in chosen and _is_listed(scratch, wheel, headers):
            chosen[wheel.project] = wheel
    return list(chosen.values())


def is_guarded(scratch: Scratch) -> bool:
    """Tell whether there is an index that not everybody may read."""
    with closing(_open(scratch)) as connection:
        return bool(connection.execute(_GUARDED).fetchone()[0])


def install(scratch: Scratch, wheels: list[Wheel], pip: list[str], token: str | None) -> None:
    """Install wheels with pip and compare what came; raises `DrillFailed`."""
    came = scratch.folder / "wheels"
    for index in sorted({wheel.index for wheel in wheels}):
        wanted = [f"{one.project}=={one.version}" for one in wheels if one.index == index]
        words = ["download", "--no-deps", "--only-binary", ":all:", "--dest", str(came), *wanted]
        run([*pip, *words], _pip_environ(scratch, index, token), cwd=scratch.folder)
    files = sorted(came.iterdir())
    _compare(scratch, files)
    words = ["install", "--no-deps", "--no-index", "--target", str(scratch.folder / "site")]
    run([*pip, *words, *map(str, files)], _pip_environ(scratch, "main", None), cwd=scratch.folder)
    installed = len(list((scratch.folder / "site").glob("*.dist-info")))
    if installed != len(wheels):
        raise DrillFailed(f"pip installed {installed} of {len(wheels)} packages.")


def find_pip(scratch: Scratch) -> list[str]:
    """Return the words that run pip: that of this Python, or a fresh one; raises `DrillFailed`."""
    words = [sys.executable, "-m", "pip"]
    try:
        run([*words, "--version"], scratch.environ(), cwd=scratch.folder)
    except DrillFailed:
        try:
            venv.create(scratch.folder / "pip", with_pip=True)
        except CalledProcessError as error:
            raise DrillFailed("There is no pip here: name one with --pip.") from error
        return [str(scratch.folder / "pip" / "bin" / "python"), "-m", "pip"]
    return words


def _list_wheels(scratch: Scratch) -> Iterator[Wheel]:
    with closing(_open(scratch)) as connection:
        for row in connection.execute(_WHEELS):
            yield Wheel(*row)


def _open(scratch: Scratch) -> sqlite3.Connection:
    return sqlite3.connect(scratch.data / "tilsit.db")


def _fits(wheel: Wheel) -> bool:
    try:
        tags = parse_wheel_filename(wheel.filename)[3]
        python = SpecifierSet(wheel.requires_python or "")
    except (InvalidWheelFilename, InvalidSpecifier):
        return False
    here = ".".join(map(str, sys.version_info[:3]))
    return not tags.isdisjoint(sys_tags()) and python.contains(here, prereleases=True)


def _is_listed(scratch: Scratch, wheel: Wheel, headers: Mapping[str, str]) -> bool:
    """Tell whether the index page has a wheel, with the digest that the database has."""
    url = f"{scratch.url}/index/{wheel.index}/simple/{wheel.project}/"
    status, body = fetch(url, {"Accept": _ACCEPT, **headers})
    if status != 200:
        return False
    files = {file["filename"]: file["hashes"]["sha256"] for file in json.loads(body)["files"]}
    return files.get(wheel.filename) == wheel.sha256


def _compare(scratch: Scratch, files: list[Path]) -> None:
    with closing(_open(scratch)) as connection:
        for path in files:
            asked = connection.execute("SELECT sha256 FROM file WHERE filename = ?", (path.name,))
            if hash_file(path, Pace())[1] not in {sha256 for (sha256,) in asked}:
                raise DrillFailed(f"{path.name} is not what was published.")


def _pip_environ(scratch: Scratch, index: str, token: str | None) -> dict[str, str]:
    # In the environment, where no list of processes shows it.
    login = "" if token is None else f"__token__:{token}@"
    return scratch.environ() | {
        "PIP_INDEX_URL": f"http://{login}127.0.0.1:{scratch.port}/index/{index}/simple/",
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_CACHE_DIR": "1",
        "PIP_NO_INPUT": "1",
        "PIP_RETRIES": "0",
    }
