"""The one door from below to the running application: its settings and its parts."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app

import config


def setting(name: str) -> Any:
    """Return a value of the configuration."""
    return current_app.config[name]


def part(name: str) -> Any:
    """Return something that `create_app` bound to this application."""
    return current_app.extensions[name]


def application() -> Flask:
    """Return the application itself, for work in another thread or process."""
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]


def data_path(*parts: str) -> Path:
    """Return a path under DATA_DIR."""
    return Path(setting("DATA_DIR")).joinpath(*parts)


@cache
def find_version() -> str:
    """Return the version of what runs here."""
    told = tomllib.loads((config.ROOT / "pyproject.toml").read_text())
    return str(told["project"]["version"])
