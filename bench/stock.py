"""The files that are published to all: real wheels and generated ones."""

import hashlib
import random
import shutil
from collections.abc import Iterable
from itertools import zip_longest
from pathlib import Path

from bench.environments import KEPT, run_pip
from tests.archives import make_wheel, wheel_name

PINS = Path(__file__).parent / "distributions"
CLOSURE, SMALL = PINS / "closure.txt", PINS / "small.txt"
WHEELS = KEPT / "wheels"

# Ten and more files each, as an ordinary project has; all are in small.txt.
HOT = "packaging"
LONG = "bench-long-page"
MIDDLE, BIG = "bench-hundred-kilobytes", "bench-twenty-megabytes"
CHANGING = "bench-changing"
SIZES = {MIDDLE: 100_000, BIG: 20_000_000}
# Twenty projects that nothing else asks for: their first page is a cold one.
COLD = tuple(f"bench-cold-{number}" for number in range(20))
FILES_ON_A_COLD_PAGE = 10


class Stock:
    """What one run publishes, as files on the disk."""

    def __init__(self, *, small: int | None, long: int) -> None:
        self.small, self.long = small, long

    def prepare(self) -> None:
        """Download and make what is missing."""
        _download(_read(CLOSURE), WHEELS / "closure")
        _download(_read(SMALL), WHEELS / "small")
        _make_sized(WHEELS / "sized")
        _make_cold(WHEELS / "cold")
        _make_versions(LONG, self.long, self.long_folder)

    @property
    def long_folder(self) -> Path:
        """Return the folder of the project with very many files."""
        return WHEELS / f"long-{self.long}"

    def long_files(self) -> list[Path]:
        """Return the files of that project, in the order of their making."""
        return [self.long_folder / wheel_name(LONG, f"0.{n}") for n in range(1, self.long + 1)]

    @property
    def closure(self) -> int:
        """Return how many packages the measured installation has."""
        return len(_read(CLOSURE))

    def published(self) -> list[Path]:
        """Return the real wheels whose publishing is timed."""
        return [*_wheels(WHEELS / "closure"), *_wheels(WHEELS / "small")[: self.small]]

    def further(self) -> list[Path]:
        """Return the generated wheels, of which only the serving is timed."""
        return [*_wheels(WHEELS / "sized"), *_wheels(WHEELS / "cold")]

    def change(self, number: int) -> Path:
        """Return a wheel that nobody has seen yet; the number is its version."""
        folder = WHEELS / "changing"
        return _write(folder, CHANGING, f"1.{number}", make_wheel(CHANGING, f"1.{number}"))


def _download(pins: list[str], folder: Path) -> None:
    wanted = hashlib.sha256("\n".join(pins).encode()).hexdigest()
    stamp = folder / "stamp"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    shutil.rmtree(folder, ignore_errors=True)
    print(f"Downloading {len(pins)} wheels …", flush=True)
    for layer in split_into_layers(pins):
        run_pip("download", "--only-binary", ":all:", "--no-deps", "-d", str(folder), *layer)
    for path in _wheels(folder):
        path.rename(folder / spell_as_today(path.name))
    stamp.write_text(wanted)


def split_into_layers(pins: Iterable[str]) -> list[list[str]]:
    """Return the pins in groups that have no project twice, as pip refuses those."""
    projects: dict[str, list[str]] = {}
    for pin in pins:
        projects.setdefault(pin.partition("==")[0], []).append(pin)
    return [[pin for pin in layer if pin] for layer in zip_longest(*projects.values())]


def spell_as_today(filename: str) -> str:
    """Return a file name with its project as it must be spelled to be published now.

    `uv publish` leaves old spellings such as `backports.tarfile-1.2.0-…` out.
    """
    project, dash, rest = filename.partition("-")
    return f"{project.replace('.', '_')}{dash}{rest}"


def _make_sized(folder: Path) -> None:
    for project, size in SIZES.items():
        # Bytes that nothing can compress, and the same ones in every run.
        content = random.Random(project).randbytes(size)
        members = {f"{project.replace('-', '_')}.bin": content}
        _write(folder, project, "1.0", make_wheel(project, "1.0", members=members, store=True))


def _make_cold(folder: Path) -> None:
    for project in COLD:
        _make_versions(project, FILES_ON_A_COLD_PAGE, folder)


def _make_versions(project: str, count: int, folder: Path) -> None:
    for number in range(1, count + 1):
        version = f"0.{number}"
        if not (folder / wheel_name(project, version)).exists():
            _write(folder, project, version, make_wheel(project, version))


def _write(folder: Path, project: str, version: str, content: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / wheel_name(project, version)
    path.write_bytes(content)
    return path


def _read(pins: Path) -> list[str]:
    return pins.read_text().split()


def _wheels(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.whl"))


def name_in_files(project: str) -> str:
    """Return how the names of a project's files begin."""
    return f"{project.replace('-', '_')}-"
