"""Environments of their own for peers and clients, kept between runs."""

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
KEPT = ROOT / ".bench"
PINS = Path(__file__).parent / "peers"
INSTALL_SECONDS = 900


class InstallFailed(Exception):
    """A package could not be had; the message ends with what the installer said."""


def program(environment: str, name: str | None = None) -> str:
    """Return the path of a program of an environment."""
    return str(KEPT / environment / "bin" / (name or environment))


def install(environment: str) -> None:
    """Install what is pinned for an environment, unless just that is there already."""
    target, pins = KEPT / environment, PINS / f"{environment}.txt"
    stamp = target / "stamp"
    wanted = hashlib.sha256(pins.read_bytes() + sys.version.encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Installing {environment} …", flush=True)
    shutil.rmtree(target, ignore_errors=True)
    venv.create(target, with_pip=True)
    run_pip("install", "--no-deps", "-r", str(pins), python=program(environment, "python"))
    stamp.write_text(wanted)


def run_pip(*args: str, python: str = sys.executable) -> None:
    """Run pip with the settings of this machine, or raise `InstallFailed`."""
    command = [python, "-m", "pip", "--disable-pip-version-check", "-q", *args]
    done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    if done.returncode != 0:
        raise InstallFailed(f"{' '.join(command)}\n{done.stderr[-2000:]}")
