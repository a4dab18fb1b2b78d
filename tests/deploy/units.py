"""The unit files of systemd, read as far as tests need them."""

import re
import shlex
from collections import defaultdict
from pathlib import Path

from tests.deploy.places import DEPLOY

UNITS = DEPLOY / "systemd"
HOME = "/opt/tilsit/current"


def read_unit(name: str) -> dict[str, list[str]]:
    """Return all values of each key of a unit."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in (UNITS / name).read_text().splitlines():
        if match := re.fullmatch(r"(\w+)=(.*)", line):
            found[match[1]].append(match[2])
    return found


def command_of(name: str, environ: dict[str, str], programs: Path) -> list[str]:
    """Return what a unit starts, with the programs of another virtual environment."""
    [line] = read_unit(name)["ExecStart"]
    for key, value in environ.items():
        line = line.replace(f"${{{key}}}", value)
    line = line.replace(f"{HOME}/.venv/bin", str(programs))
    return shlex.split(line.replace(f"{HOME}/.venv", str(programs.parent)))
