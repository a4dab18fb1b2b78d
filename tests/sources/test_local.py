import pytest

from app.indexes.queries import get_index
from app.sources.registry import source_for
from tests.factories import make_file, make_project, make_release


@pytest.fixture
def source(app):
    return source_for(get_index())


def test_a_page_lists_files_by_version_and_name(source):
    project = make_project("Foo.Bar")
    for version in ("1.10", "1.9", "1.10rc1"):
        release = make_release(project, version)
        make_file(release)
        make_file(release, f"foo_bar-{version}.tar.gz")
    page = source.find_page("foo_BAR")
    assert page.versions == ("1.9", "1.10rc1", "1.10")
    assert [file.filename for file in page.files[-2:]] == [
        "foo_bar-1.10-py3-none-any.whl",
        "foo_bar-1.10.tar.gz",
    ]
    assert (page.name, page.normalized_name) == ("Foo.Bar", "foo-bar")
    assert page.serial == project.last_serial


def test_an_unknown_project_has_no_page(source):
    assert source.find_page("nothing") is None


def test_a_release_is_found_with_its_history(source):
    project = make_project("foo")
    make_file(make_release(project, "1.0", summary="good"))
    make_file(make_release(project, "1.1", yanked=""))
    make_file(make_release(project, "2.0rc1"))
    detail = source.find_release("foo")
    assert (detail.version, detail.summary) == ("1.0", "good")
    assert detail.latest_stable_version == "1.0"
    assert [line.version for line in detail.releases] == ["2.0rc1", "1.1", "1.0"]
    assert detail.release_count == 3
    assert [file.filename for file in detail.files] == ["foo-1.0-py3-none-any.whl"]
