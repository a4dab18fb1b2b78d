"""Every dependency has its reason in docs/dependencies.md."""

import re
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]


def pins() -> set[str]:
    lines = [
        line
        for name in ("requirements.txt", "requirements-dev.txt")
        for line in (ROOT / name).read_text().splitlines()
    ]
    return {canonicalize_name(line.partition("==")[0]) for line in lines if "==" in line}


def reasons() -> set[str]:
    text = (ROOT / "docs" / "dependencies.md").read_text()
    cells = re.findall(r"^\| ([a-z0-9, -]+) \| \S", text, re.MULTILINE)
    return {name for cell in cells for name in cell.split(", ")}


def brought_along(pinned: set[str]) -> set[str]:
    wanted = (Requirement(need) for name in pinned for need in requires(name) or [])
    here = (need for need in wanted if need.marker is None or need.marker.evaluate({"extra": ""}))
    return {canonicalize_name(need.name) for need in here}


def test_what_nothing_else_brings_along_has_a_reason():
    assert pins() - brought_along(pins()) - reasons() == set()


def test_every_reason_is_for_something_that_is_pinned():
    assert reasons() - pins() - {"package"} == set()


def test_all_that_comes_along_is_pinned():
    assert brought_along(pins()) - pins() == set()
