"""The demo projects: ours, invented, and kept as sources beside this file."""

import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "demo"

_CONTENT_TYPES = {".md": "text/markdown", ".rst": "text/x-rst", ".txt": "text/plain"}


@dataclass(frozen=True, kw_only=True)
class DemoRelease:
    """What differs from release to release; an empty `yanked` is a yank without reason."""

    version: str
    requires: list[str] = field(default_factory=list)
    requires_python: str | None = None
    yanked: str | None = None


@dataclass(frozen=True, kw_only=True)
class Demo:
    """A project with one module, a README and some releases."""

    folder: Path
    name: str
    summary: str
    owner: str
    license: str
    requires_python: str
    classifiers: list[str]
    releases: list[DemoRelease]
    maintainers: list[str] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)
    urls: dict[str, str] = field(default_factory=dict)
    extras: dict[str, list[str]] = field(default_factory=dict)
    scripts: dict[str, str] = field(default_factory=dict)
    status: str = "active"
    status_reason: str = ""

    @property
    def readme(self) -> str:
        """Return the text that describes the project."""
        return self._readme_path.read_text(encoding="utf-8")

    @property
    def readme_name(self) -> str:
        """Return the file name of the README."""
        return self._readme_path.name

    @property
    def content_type(self) -> str:
        """Return how the README is written, as core metadata say it."""
        return f"{_CONTENT_TYPES[self._readme_path.suffix]}; charset=UTF-8"

    @cached_property
    def module_path(self) -> Path:
        """Return where the module is."""
        return next(self.folder.glob("*.py"))

    @cached_property
    def _readme_path(self) -> Path:
        return next(self.folder.glob("README.*"))


def list_demos() -> list[Demo]:
    """Return all demo projects by name."""
    return [_read(path.parent) for path in sorted(FOLDER.glob("*/project.toml"))]


def _read(folder: Path) -> Demo:
    facts: dict[str, Any] = tomllib.loads((folder / "project.toml").read_text(encoding="utf-8"))
    releases = [DemoRelease(**release) for release in facts.pop("releases")]
    return Demo(folder=folder, releases=releases, **facts)
