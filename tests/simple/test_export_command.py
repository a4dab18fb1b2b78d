"""`flask mirror export`: what is published here as a static tree."""

import json
from urllib.parse import urljoin, urlsplit

import pytest

from app.core import clock
from app.core.storage import blobs, make_storage
from app.extensions import db
from app.projects.models import File
from tests.factories import make_file, make_project, make_release


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "out"


@pytest.fixture
def export(app, folder):
    """Give the command on a folder."""

    def run(*args):
        return app.test_cli_runner().invoke(args=["mirror", "export", str(folder), *args])

    return run


def page(folder, name):
    return json.loads((folder / "simple" / name / "index.json").read_text())


def tree(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_pages_lead_to_files_and_metadata(export, folder):
    file = make_file(make_release(make_project("Foo.Bar")), content=b"wheel", metadata=b"meta\n")
    done = export()
    assert done.exit_code == 0, done.output
    assert "1 projects with 1 files" in done.output
    (entry,) = page(folder, "foo-bar")["files"]
    place = urljoin("file:///simple/foo-bar/", entry["url"])
    path = folder / urlsplit(place).path.lstrip("/")
    assert path.read_bytes() == b"wheel"
    assert path.with_name(f"{file.filename}.metadata").read_bytes() == b"meta\n"
    assert entry["core-metadata"] == {"sha256": file.metadata_sha256}
    html = (folder / "simple" / "foo-bar" / "index.html").read_text()
    assert entry["url"] in html


def test_the_list_names_all_projects(export, folder):
    for name in ("Foo.Bar", "six"):
        make_file(make_release(make_project(name)))
    export()
    told = json.loads((folder / "simple" / "index.json").read_text())
    assert [each["name"] for each in told["projects"]] == ["Foo.Bar", "six"]
    assert '<a href="foo-bar/">Foo.Bar</a>' in (folder / "simple" / "index.html").read_text()


def test_the_folder_tells_how_to_serve_it(export, folder):
    export()
    text = (folder / "README.md").read_text()
    assert f"root {folder};" in text
    assert "map $http_accept $package_page" in text


def test_again_nothing_is_written(export, folder):
    make_file(make_release(make_project("six")))
    export()
    before = {path: path.stat().st_mtime_ns for path in (folder / "simple").rglob("*.html")}
    done = export()
    assert "0 written, 0 removed." in done.output
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_what_is_gone_is_removed(export, folder):
    project = make_project("six")
    gone = make_file(make_release(project, "1.0"))
    make_file(make_release(project, "2.0"), content=b"another")
    make_file(make_release(make_project("flask")), content=b"a third")
    number, sha256 = gone.id, gone.sha256
    export()
    db.session.get_one(File, number).removed_at = clock.now()
    db.session.commit()
    export()
    assert [file["filename"] for file in page(folder, "six")["files"]] == [
        "six-2.0-py3-none-any.whl"
    ]
    assert not (folder / "files" / sha256).exists()


def test_only_names_that_are_wanted(export, folder):
    for name in ("six", "flask"):
        make_file(make_release(make_project(name)), content=name.encode())
    export()
    done = export("SIX")
    assert done.exit_code == 0
    assert not (folder / "simple" / "flask").exists()
    assert (folder / "simple" / "six" / "index.html").exists()


def test_a_name_that_is_not_here_is_told(export):
    done = export("six")
    assert done.exit_code == 1
    assert "six: nothing of it is here." in done.output


def test_a_folder_with_other_things_is_left_alone(export, folder):
    folder.mkdir()
    (folder / "letters.txt").write_text("dear")
    done = export()
    assert done.exit_code == 1
    assert "other things" in done.output
    assert tree(folder) == {"letters.txt"}


def test_a_quarantined_project_shows_no_files(export, folder):
    project = make_project("six")
    make_file(make_release(project))
    project.status = "quarantined"
    db.session.commit()
    export()
    assert page(folder, "six")["files"] == []
    assert tree(folder / "files") == set()


def test_a_damaged_page_or_file_is_written_anew(export, folder):
    file = make_file(make_release(make_project("six")), content=b"a wheel")
    export()
    path = folder / "files" / file.sha256 / file.filename
    path.write_bytes(b"short")
    (folder / "simple" / "six" / "index.html").write_text("?")
    done = export()
    assert "2 written" in done.output
    assert path.read_bytes() == b"a wheel"


def test_files_are_hard_links_where_that_is_possible(app, export, folder, tmp_path):
    app.extensions["blobs"] = make_storage(str(tmp_path / "blobs"))
    file = make_file(make_release(make_project("six")))
    export()
    blob = blobs().find_path(file.sha256)
    assert blob.samefile(folder / "files" / file.sha256 / file.filename)
