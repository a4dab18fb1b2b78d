"""A house of its own for each test, with real files: a copy of one that was furnished once."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade

from app import create_app
from app.extensions import db
from tests.conftest import testing_config
from tests.factories import make_file, make_project, make_release

Open = Callable[[Path], Flask]


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a database and the blobs of two files."""
    folder = tmp_path_factory.mktemp("furnished") / "data"
    app = create_app(testing_config(folder, SECRET_KEY=""))
    with app.app_context():
        upgrade()
        release = make_release(make_project("weftline"), "1.0")
        for number in ("1", "2"):
            make_file(release, f"weftline-1.0-{number}-py3-none-any.whl", content=number.encode())
        db.session.remove()
        db.engine.dispose()
    return folder


@pytest.fixture
def enter() -> Iterator[Open]:
    """Give a function that opens the house in a folder, until the next one or the end."""
    with ExitStack() as stack:

        def opened(folder: Path) -> Flask:
            stack.close()
            app = create_app(testing_config(folder, SECRET_KEY=""))
            stack.enter_context(app.app_context())
            stack.callback(db.engine.dispose)
            stack.callback(db.session.remove)
            return app

        yield opened


@pytest.fixture
def home(furnished: Path, tmp_path: Path, enter: Open) -> Flask:
    """Give a furnished house, opened."""
    shutil.copytree(furnished, tmp_path / "data")
    return enter(tmp_path / "data")


@pytest.fixture
def shelter(tmp_path: Path) -> Path:
    """Give a place for backups that is not there yet."""
    return tmp_path / "backups"
