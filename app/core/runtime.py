"""The one door from below to the running application: its settings and its parts."""

from pathlib import Path
from typing import Any

from flask import Flask, current_app


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
