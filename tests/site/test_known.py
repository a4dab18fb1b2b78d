"""Names that a mirror knows while it copies nothing."""

import pytest

from app.core import clock
from app.core.database import transaction
from app.extensions import db
from app.indexes.models import ReservedPattern
from app.indexes.queries import get_index
from app.mirror.namefiles import load_file
from app.search.finding import find
from app.search.services import learn_names
from app.search.wishes import Wish
from tests.factories import make_index, make_project, make_release, relist_all


@pytest.fixture
def known(app, tmp_path):
    """Load names from a file into a mirror that has no upstream."""
    path = tmp_path / "names.tsv"
    path.write_text(
        "name\tversion\tsummary\trank\n"
        "Six\t1.17\tBridges to Python 3\t7\n"
        "acme-secret\t1.0\tBridges of ours\t\n"
        "attrs\t25.4\tClasses\t9\n"
    )
    load_file(get_index("pypi"), path)


def found(text, index="main"):
    return [line.normalized_name for line in find(get_index(index), Wish(text=text)).lines]


def test_they_are_found(known):
    assert found("bridges python")[0] == "six"
    assert found("six") == ["six"]


def test_their_pages_say_that_nothing_can_be_installed(client, known):
    answer = client.get("/project/six/")
    assert answer.status_code == 200
    assert "Bridges to Python 3" in answer.text
    assert "nothing of it can be installed from here" in answer.text
    assert 'content="noindex"' in answer.text
    assert client.get("/project/Six/").headers["Location"] == "/project/six/"


def test_installers_see_nothing_of_them(client, known):
    assert client.get("/simple/six/").status_code == 404
    assert "six" not in client.get("/simple/").text
    assert client.get("/pypi/six/json").status_code == 404


def test_a_name_of_ours_is_ours(client, known):
    make_release(make_project("attrs"), "1.0")
    relist_all()
    assert "nothing of it can be installed" not in client.get("/project/attrs/").text
    assert [line.upstream for line in find(get_index(), Wish(text="attrs")).lines] == [""]


def test_a_reserved_name_is_not_among_them(client, known):
    with transaction():
        db.session.add(ReservedPattern(pattern="acme-*", reserved_at=clock.now()))
    assert "acme-secret" not in found("bridges")
    assert client.get("/project/acme-secret/").status_code == 404


def test_an_index_that_does_not_look_there_knows_nothing_of_them(client, known):
    make_index("alone")
    assert found("bridges", "alone") == []
    assert client.get("/index/alone/project/six/").status_code == 404


def test_an_unknown_name_is_still_not_here(client, known):
    assert client.get("/project/seven/").status_code == 404


def test_names_that_came_from_an_upstream_rest_with_it(client, app):
    # Who switches a mirror off does not want to see what it had.
    with transaction():
        learn_names(get_index("pypi").id, {"six": "Six"})
    assert found("six") == []
    assert client.get("/project/six/").status_code == 404
