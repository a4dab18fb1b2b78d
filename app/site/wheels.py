"""For which Pythons and platforms there are wheels, read from the names of files."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.core.i18n import _

_ENDING = ".whl"
# Names of honest wheels are shorter, and each has a few dozen tags at most.
_LONGEST, _MOST_TAGS, _MOST_WHEELS, _MOST_ROWS = 400, 20, 2_000, 60

_VERSIONED = re.compile(r"(py|cp|pp|graalpy)([23])(\d*)_?(\d*)")
_LINUX = re.compile(r"(manylinux|musllinux|linux)(?:_?(\d+)_(\d+))?(?:1|2010|2014)?_(.+)")
_MACOS = re.compile(r"macosx_(\d+)_(\d+)_(.+)")
# Old names of platforms (PEP 513, 571, 599) by the glibc that they stand for.
_OLD_GLIBC = {"manylinux1": "2.5", "manylinux2010": "2.12", "manylinux2014": "2.17"}
_IMPLEMENTATIONS = {"cp": "CPython", "pp": "PyPy", "graalpy": "GraalPy"}

ANY, OTHER = "any", "other"
_COLUMNS = (
    "linux-x86_64",
    "linux-aarch64",
    "musl-x86_64",
    "musl-aarch64",
    "macos-x86_64",
    "macos-arm64",
    "macos-universal2",
    "win32",
    "win_amd64",
    "win_arm64",
    OTHER,
    ANY,
)
_ORDER = ("cp", "cp-free", "cp-abi", "pp", "graalpy", "foreign", "py")


@dataclass(frozen=True)
class Python:
    """A row: the implementation, its version, and whether newer ones take the same wheel.

    `family` is one of `_ORDER`.
    """

    family: str
    version: tuple[int, ...]
    text: str = ""
    is_open: bool = False
    is_free_threaded: bool = False

    @property
    def title(self) -> str:
        """Return the row in words."""
        version = ".".join(map(str, self.version))
        if self.family == "foreign":
            return self.text
        if self.family == "py":
            return _any_python(self.version, version)
        python = f"{_IMPLEMENTATIONS[self.family.partition('-')[0]]} {version}"
        if self.is_free_threaded and self.is_open:
            return str(_("%(python)s and newer, free-threaded", python=python))
        if self.is_free_threaded:
            return str(_("%(python)s, free-threaded", python=python))
        return str(_("%(python)s and newer", python=python)) if self.is_open else python


@dataclass(frozen=True)
class Cell:
    """Whether there is a wheel, and the oldest system that it runs on, as far as it is told."""

    is_there: bool
    since: str = ""


@dataclass(frozen=True, kw_only=True)
class Compatibility:
    """Rows of Pythons, columns of platforms; only those for which there is something."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Python, tuple[Cell, ...]], ...]

    def __bool__(self) -> bool:
        return bool(self.rows)


def list_compatibility(filenames: Iterable[str]) -> Compatibility:
    """Return for what the wheels among some files are; of very many the first count."""
    cells: dict[Python, dict[str, set[str]]] = {}
    wheels = (name for name in filenames if name.endswith(_ENDING) and len(name) <= _LONGEST)
    for _number, filename in zip(range(_MOST_WHEELS), wheels, strict=False):
        pythons, platforms = _read(filename)
        for python in pythons:
            row = cells.setdefault(python, {})
            for column, since in platforms:
                row.setdefault(column, set()).add(since)
    used = {column for row in cells.values() for column in row}
    columns = tuple(column for column in _COLUMNS if column in used)
    ordered = sorted(cells, key=_place)[:_MOST_ROWS]
    rows = tuple((python, _cells(cells[python], columns)) for python in ordered)
    return Compatibility(columns=columns, rows=rows)


def column_title(column: str) -> str:
    """Return a column in words."""
    return _titles()[column]


def _titles() -> dict[str, str]:
    return {
        "linux-x86_64": _("Linux x86-64"),
        "linux-aarch64": _("Linux arm64"),
        "musl-x86_64": _("Linux with musl x86-64"),
        "musl-aarch64": _("Linux with musl arm64"),
        "macos-x86_64": _("macOS x86-64"),
        "macos-arm64": _("macOS arm64"),
        "macos-universal2": _("macOS universal"),
        "win32": _("Windows 32-bit"),
        "win_amd64": _("Windows 64-bit"),
        "win_arm64": _("Windows arm64"),
        OTHER: _("Other"),
        ANY: _("Any system"),
    }


def _any_python(version: Sequence[int], text: str) -> str:
    if len(version) == 1:
        return str(_("Any Python %(version)s", version=text))
    return str(_("Any Python from %(version)s on", version=text))


def _read(filename: str) -> tuple[set[Python], set[tuple[str, str]]]:
    """Return rows and columns of a wheel; none if its name has not the parts of PEP 427."""
    parts = filename.removesuffix(_ENDING).split("-")
    if len(parts) not in {5, 6}:
        return set(), set()
    interpreters, abis, platforms = (part.split(".")[:_MOST_TAGS] for part in parts[-3:])
    pythons = {_python(interpreter, abi) for interpreter in interpreters for abi in abis}
    return pythons, {_platform(platform) for platform in platforms}


def _python(interpreter: str, abi: str) -> Python:
    found = _VERSIONED.fullmatch(interpreter)
    if found is None:
        return Python("foreign", (), interpreter)
    family, major, minor, graal = found.groups()
    version = tuple(int(part) for part in (major, minor or graal) if part)
    if family != "cp":
        return Python(family, version)
    if abi.startswith("abi"):
        return Python("cp-abi", version, is_open=True, is_free_threaded=abi.endswith("t"))
    is_free = abi.startswith("cp") and abi.endswith("t")
    return Python("cp-free" if is_free else "cp", version, is_free_threaded=is_free)


def _platform(platform: str) -> tuple[str, str]:
    """Return the column of a platform, and the oldest system that it is for."""
    if platform in {ANY, "win32", "win_amd64", "win_arm64"}:
        return platform, ""
    linux = _LINUX.fullmatch(platform)
    if linux is not None:
        kind, major, minor, machine = linux.groups()
        known = _OLD_GLIBC.get(platform.removesuffix(f"_{machine}"), "")
        since = f"{major}.{minor}" if major else known
        column = f"{'musl' if kind == 'musllinux' else 'linux'}-{machine}"
        return (column, since) if column in _COLUMNS else (OTHER, platform)
    macos = _MACOS.fullmatch(platform)
    if macos is not None and f"macos-{macos[3]}" in _COLUMNS:
        return f"macos-{macos[3]}", f"{macos[1]}.{macos[2]}"
    return OTHER, platform


def _cells(row: dict[str, set[str]], columns: Sequence[str]) -> tuple[Cell, ...]:
    return tuple(_cell(column, row.get(column)) for column in columns)


def _cell(column: str, told: set[str] | None) -> Cell:
    if told is None:
        return Cell(is_there=False)
    if column == OTHER:
        return Cell(True, ", ".join(sorted(told)[:5]))
    return Cell(True, min(told, key=_number))


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part)


def _place(python: Python) -> tuple[int, tuple[int, ...], str]:
    """Return the place of a row: by family, and in it the newest first."""
    newest = tuple(-number for number in python.version)
    return _ORDER.index(python.family), newest, python.text
