"""`flask mirror refresh` against a real upstream."""

import pytest

from app.core import clock
from app.core.database import transaction
from app.extensions import db
from app.indexes.models import ReservedPattern
from tests.upstreams import Refuse, Status


@pytest.fixture
def refresh(house, mirror):
    """Give the command."""

    def run(*args):
        # As a process of its own would find it.
        db.session.rollback()
        return house.test_cli_runner().invoke(args=["mirror", "refresh", *args])

    return run


def test_a_project_that_is_new_here_is_told(refresh, upstream):
    upstream.add_wheel("six", "1.0")
    done = refresh("six")
    assert done.exit_code == 0, done.output
    assert done.output == "six: 1 file more.\n1 asked for, 1 changed, 0 failed.\n"


def test_it_asks_however_fresh_a_page_is_and_tells_what_changed(refresh, upstream):
    for version in ("1.0", "1.1", "1.2"):
        upstream.add_wheel("six", version)
    refresh("six")
    assert "six: as before.\n1 asked for, 0 changed" in refresh("Six").output
    files = upstream.project("six").files
    files["six-1.0-py3-none-any.whl"].yanked = ""
    files["six-1.1-py3-none-any.whl"].requires_python = ">=3"
    del files["six-1.2-py3-none-any.whl"]
    upstream.add_sdist("six", "1.3")
    upstream.add_wheel("six", "1.3")
    told = refresh("six").output
    assert "six: 2 files more, 1 file fewer, 1 file yanked, 1 file changed." in told
    files["six-1.0-py3-none-any.whl"].yanked = None
    assert "six: 1 file not yanked any more." in refresh("six").output


def test_a_project_that_has_gone_is_told(refresh, upstream):
    upstream.add_wheel("six", "1.0")
    refresh("six")
    upstream.remove("six")
    done = refresh("six")
    assert "six: is not there any more." in done.output
    assert done.exit_code == 0


def test_what_nobody_has_is_an_error(refresh):
    done = refresh("six")
    assert done.exit_code == 1
    assert "six: There is no such project.\n1 asked for, 0 changed, 1 failed." in done.output


@pytest.mark.parametrize("trouble", [Refuse(), Status(503), Status(429)])
def test_what_could_not_be_found_out_is_an_error(refresh, upstream, trouble):
    upstream.add_wheel("six", "1.0")
    refresh("six")
    upstream.breaks(trouble)
    done = refresh("six")
    assert done.exit_code == 1
    assert "1 failed" in done.output
    upstream.heals()
    assert refresh("six").exit_code == 0


def test_all_asks_for_what_is_here_and_tells_only_changes(refresh, upstream):
    for name in ("six", "flask", "click"):
        upstream.add_wheel(name, "1.0")
    refresh("six", "flask")
    upstream.add_wheel("six", "2.0")
    upstream.log.clear()
    done = refresh("--all")
    assert done.output == "six: 1 file more.\n2 asked for, 1 changed, 0 failed.\n"
    assert {seen.path for seen in upstream.log} == {"/simple/six/", "/simple/flask/"}


def test_no_upstream_is_asked_for_a_name_that_is_ours(refresh, upstream):
    upstream.add_wheel("acme-tools", "1.0")
    with transaction():
        db.session.add(ReservedPattern(pattern="acme-*", reserved_at=clock.now()))
    try:
        done = refresh("acme-tools")
    finally:
        with transaction() as session:
            session.delete(session.get_one(ReservedPattern, "acme-*"))
    assert done.exit_code == 1
    assert "our own" in done.output
    assert upstream.log == []


def test_names_or_all(refresh):
    assert refresh().exit_code == 2
    assert refresh("six", "--all").exit_code == 2


def test_without_an_upstream_it_says_so(refresh, mirror):
    with transaction() as session:
        session.merge(mirror).upstream_url = None
    assert "six: No upstream is set for this index." in refresh("six").output
