"""What is exported of an upstream: what is here of it, and nothing else."""

import json
from contextlib import contextmanager

import pytest

from app.core.database import transaction
from app.extensions import db
from app.indexes.queries import get_index
from app.indexes.services import change_age


@pytest.fixture
def run(house, mirror):
    """Give a function that runs a command about mirrors."""

    def run(*args):
        db.session.rollback()
        return house.test_cli_runner().invoke(args=["mirror", *map(str, args)])

    return run


def names(folder, project):
    told = json.loads((folder / "simple" / project / "index.json").read_text())
    return [file["filename"] for file in told["files"]]


def test_files_that_are_not_here_are_not_shown(run, upstream, tmp_path):
    for version in ("1.0", "2.0"):
        upstream.add_wheel("six", version)
    upstream.add_wheel("flask", "1.0")
    run("prefetch", "six<2")
    run("refresh", "flask")
    done = run("export", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "1 projects with 1 files" in done.output
    assert names(tmp_path / "out", "six") == ["six-1.0-py3-none-any.whl"]
    (path,) = (tmp_path / "out" / "files").rglob("*.whl")
    assert path.with_name(f"{path.name}.metadata").is_file()
    assert not (tmp_path / "out" / "simple" / "flask").exists()


def test_metadata_that_are_not_here_are_not_announced(run, upstream, tmp_path):
    upstream.style = "json"
    file = upstream.add_wheel("six", "1.0", content=b"no archive, so nobody can look into it")
    file.metadata = None
    run("prefetch", "six")
    run("export", tmp_path / "out")
    assert names(tmp_path / "out", "six")
    assert "metadata" not in (tmp_path / "out" / "simple" / "six" / "index.html").read_text()


def test_no_upstream_is_asked(run, upstream, tmp_path):
    upstream.add_wheel("six", "1.0")
    run("prefetch", "six")
    upstream.log.clear()
    run("export", tmp_path / "out")
    assert upstream.log == []


def test_the_policy_is_kept(run, upstream, tmp_path):
    upstream.add_wheel("six", "1.0", uploaded_at="2010-01-01T00:00:00Z")
    upstream.add_wheel("six", "2.0", uploaded_at="2024-01-01T00:00:00Z")
    run("prefetch", "six==1.0", "six==2.0")
    run("export", tmp_path / "out")
    assert len(names(tmp_path / "out", "six")) == 2
    with aged(3650):
        run("export", tmp_path / "out")
    assert names(tmp_path / "out", "six") == ["six-1.0-py3-none-any.whl"]
    assert len(list((tmp_path / "out" / "files").rglob("*.whl"))) == 1


@contextmanager
def aged(days):
    with transaction():
        change_age(get_index(), days)
    yield
    with transaction():
        change_age(get_index(), None)
