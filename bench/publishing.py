"""Publishing and installing by real clients, and one upload by hand."""

import contextlib
import hashlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import httpx

from bench.environments import KEPT, program
from bench.pages import NotOffered
from bench.processes import plain_environ
from bench.stock import CLOSURE
from bench.subjects.base import Door, Subject

CLIENT_SECONDS = 900
FILL_SECONDS = 60


def publish(files: Sequence[Path], door: Door, *, patience: int = CLIENT_SECONDS) -> float:
    """Publish files by one call of `uv publish` and return the seconds it took."""
    options = ["--publish-url", door.url, "--username", door.user, "--password", door.password]
    # What `auto` does takes time of its own and is for one public index only.
    options += ["--trusted-publishing", "never", "--no-attestations"]
    return _run_uv("publish", *options, *map(str, files), patience=patience)


def install_closure(index_url: str) -> float:
    """Install the closure into a new environment with a cold cache; return the seconds."""
    KEPT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=KEPT) as name:
        folder = Path(name)
        _run_uv("venv", "-q", "--python", sys.executable, str(folder / "venv"))
        target = ["--python", str(folder / "venv"), "--cache-dir", str(folder / "cache")]
        return _run_uv(
            *("pip", "install", *target, "--default-index", index_url, "-r", str(CLOSURE))
        )


def fill(subject: Subject, files: Sequence[Path]) -> None:
    """Bring files to a subject by the way that it offers; uploads have a limit of time."""
    if not subject.place(files):
        door = subject.door()
        assert door is not None
        # At 800 files devpi takes more than a second for each; what came is kept.
        with contextlib.suppress(subprocess.TimeoutExpired):
            publish(files, door, patience=FILL_SECONDS)


def bring(subject: Subject, path: Path, http: httpx.Client) -> None:
    """Bring one new file to a subject; when this returns, the subject has said yes."""
    door = subject.door()
    if door is None:
        subject.place([path])
    else:
        _upload(path, door, http)


def _upload(path: Path, door: Door, http: httpx.Client) -> None:
    """Send one wheel as uploaders do."""
    content = path.read_bytes()
    project, version, *_ = path.name.split("-")
    form = {
        ":action": "file_upload",
        "protocol_version": "1",
        "metadata_version": "2.4",
        "name": project.replace("_", "-"),
        "version": version,
        "filetype": "bdist_wheel",
        "pyversion": "py3",
        "sha256_digest": hashlib.sha256(content).hexdigest(),
    }
    answer = http.post(
        door.url,
        data=form,
        files={"content": (path.name, content)},
        auth=(door.user, door.password),
    )
    if not answer.is_success:
        raise NotOffered(f"upload refused ({answer.status_code}: {answer.text.strip()[:160]})")


def _run_uv(*args: str, patience: int = CLIENT_SECONDS) -> float:
    own = {"UV_NO_CONFIG": "1", "UV_PYTHON_DOWNLOADS": "never", "NO_PROXY": "127.0.0.1"}
    began = time.monotonic()
    done = subprocess.run(
        [program("uv"), *args],
        env={**plain_environ(), **own},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=patience,
    )
    taken = time.monotonic() - began
    if done.returncode != 0:
        raise NotOffered(f"uv {args[0]} failed: {done.stdout.strip()[-160:]}")
    if "skipping" in done.stdout:
        # It ends with success even so, and would only seem to be faster.
        raise NotOffered(f"uv {args[0]} left files out")
    return taken
