import os

import pytest
from sqlalchemy import select

from app import wiring
from app.core.storage.exceptions import StorageUnavailable
from app.extensions import db
from app.indexes.models import NameClaim
from app.indexes.queries import get_index
from app.projects.models import File, Project, Release, Role
from app.sources import registry
from app.sources.local import LocalSource
from app.uploads import cli
from tests.archives import make_sdist, make_wheel, sdist_name, wheel_name
from tests.factories import make_account, make_project


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "dist"
    (made / "deeper").mkdir(parents=True)
    (made / wheel_name()).write_bytes(make_wheel())
    (made / "deeper" / sdist_name()).write_bytes(make_sdist())
    (made / "README.txt").write_text("left alone")
    return made


@pytest.fixture
def run(app):
    runner = app.test_cli_runner()
    return lambda *arguments: runner.invoke(args=["import", *map(str, arguments)])


def names():
    return sorted(db.session.scalars(select(File.filename)))


def test_every_wheel_and_sdist_is_published(run, folder):
    result = run(folder)
    assert result.exit_code == 0, result.output
    assert "2 published, 0 there already, 0 refused." in result.output
    assert names() == [wheel_name(), sdist_name()]


def test_what_is_there_is_skipped(run, folder):
    run(folder)
    result = run(folder)
    assert result.exit_code == 0
    assert "0 published, 2 there already, 0 refused." in result.output


def test_a_bad_file_is_named_and_the_others_are_published(run, folder):
    (folder / wheel_name("bad")).write_bytes(b"no zip")
    (folder / "Bad_Name-1.whl").write_bytes(make_wheel())
    (folder / "deeper" / "nothing-1.0.tar.gz").symlink_to("nowhere")
    result = run(folder)
    assert result.exit_code == 1
    assert "2 published, 0 there already, 2 refused." in result.output
    assert "bad-1.0-py3-none-any.whl: " in result.output
    assert "Bad_Name-1.whl: Invalid wheel filename" in result.output
    assert len(names()) == 2


def test_a_file_over_the_limit_is_refused(run, folder, app, monkeypatch):
    monkeypatch.setitem(app.config, "MAX_UPLOAD_BYTES", 100)
    result = run(folder)
    assert "0 published, 0 there already, 2 refused." in result.output
    assert "File too large" in result.output


def test_the_owner_is_whom_the_operator_names(run, folder):
    ada = make_account("Ada")
    run(folder, "--owner", "ada")
    role = db.session.scalars(select(Role)).one()
    assert (role.account_id, role.kind) == (ada.id, "owner")
    assert db.session.scalars(select(File.uploaded_by)).all() == [ada.id, ada.id]


def test_without_an_owner_there_are_no_roles(run, folder):
    run(folder)
    assert db.session.scalars(select(Project)).one().name == "foo_bar"
    assert db.session.scalars(select(Role)).all() == []


def test_an_unknown_owner_or_index_is_told(run, folder):
    for arguments in (("--owner", "nobody"), ("--index", "nowhere")):
        result = run(folder, *arguments)
        assert result.exit_code == 1
        assert result.output.startswith("Error: There is no")
    assert names() == []


def test_the_time_of_upload_is_now_and_not_that_of_the_file(run, folder):
    os.utime(folder / wheel_name(), (0, 0))
    run(folder)
    assert all(time.year > 2000 for time in db.session.scalars(select(File.uploaded_at)))


def test_operators_import_names_that_others_may_not_use(run, tmp_path):
    (tmp_path / wheel_name("dataclasses")).write_bytes(make_wheel("dataclasses"))
    assert run(tmp_path).exit_code == 0


def test_an_interrupted_import_goes_on_where_it_was(run, folder, monkeypatch):
    real = cli.take_file
    calls = []

    def interrupted(*arguments, **options):
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(cli, "take_file", interrupted)
        result = run(folder)
    assert result.exit_code == 1
    assert "1 published, 0 there already, 0 refused." in result.output
    assert "1 published, 1 there already, 0 refused." in run(folder).output


def test_a_full_disk_ends_the_import(run, folder, monkeypatch):
    def full(*_, **__):
        raise StorageUnavailable

    monkeypatch.setattr(cli, "take_file", full)
    result = run(folder)
    assert result.exit_code == 1
    assert "0 published, 0 there already, 0 refused." in result.output
    assert "file store is not available" in result.output


def test_a_folder_without_files_is_no_error(run, tmp_path):
    result = run(tmp_path)
    assert (result.exit_code, db.session.scalars(select(Release)).all()) == (0, [])


@pytest.mark.parametrize("name", ["\x1b]0;owned\x07.whl", "a\nb published.whl", "\udcff.whl"])
def test_the_name_of_a_file_does_not_steer_the_terminal(run, folder, name):
    (folder / name).write_bytes(b"no zip")
    result = run(folder)
    assert "1 refused" in result.output
    told = [line for line in result.output.splitlines() if ".whl: " in line]
    assert len(told) == 1
    assert told[0].isprintable()


@pytest.fixture
def upstream(app):
    """Let the mirror hold what its rows in the catalogue say, without asking anybody."""
    registry.register("mirror", LocalSource)
    yield make_project("foo_bar", index=get_index("pypi"))
    wiring.wire()


def claims():
    return list(db.session.scalars(select(NameClaim.normalized_name)))


def test_check_100_an_upstream_s_name_is_not_imported_without_a_claim(run, folder, upstream):
    result = run(folder)
    assert result.exit_code == 1
    assert "0 published, 0 there already, 2 refused." in result.output
    assert "flask index claim foo-bar --index main" in result.output


def test_a_name_is_claimed_for_the_index_if_that_is_wished(run, folder, upstream):
    result = run(folder, "--claim")
    assert result.exit_code == 0, result.output
    assert names() == [wheel_name(), sdist_name()]
    assert claims() == ["foo-bar"]
    assert db.session.scalars(select(NameClaim.reason)).one() == "Imported"


def test_a_name_that_no_upstream_has_is_not_claimed(run, folder):
    assert run(folder, "--claim").exit_code == 0
    assert claims() == []


def test_a_claim_for_a_file_that_is_refused_is_taken_back(run, folder, upstream):
    (folder / wheel_name()).write_bytes(b"no zip")
    (folder / "deeper" / sdist_name()).unlink()
    result = run(folder, "--claim")
    assert result.exit_code == 1
    assert claims() == []
