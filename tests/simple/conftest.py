import pytest

from app.core.database import transaction
from app.indexes.queries import get_index
from app.indexes.services import change_visibility
from tests.factories import make_file, make_project, make_release


@pytest.fixture
def demo(app):
    """The demo project of all checks: stable, yanked, pre-release, and one for a later Python."""
    project = make_project("Foo.Bar_baz")
    release = make_release(project, "1.0")
    make_file(release, requires_python=">=3.9")
    make_file(release, "foo_bar_baz-1.0.tar.gz", b"an sdist")
    make_file(make_release(project, "1.1", yanked="broken build"), content=b"1.1")
    make_file(make_release(project, "2.0rc1"), content=b"2.0rc1")
    make_file(make_release(project, "3.0"), content=b"3.0", requires_python=">=4")
    return project


@pytest.fixture
def close(app):
    """A function that makes an index readable for `members` or `signed-in` accounts only."""

    def change(visibility="members", slug="main"):
        with transaction():
            change_visibility(get_index(slug), visibility)

    return change
