from app.core.database import transaction
from app.extensions import db
from app.indexes.bases import change_bases
from app.indexes.queries import get_index, list_dependents, list_paths
from app.indexes.services import change_visibility
from tests.factories import make_index


def slugs_of(index):
    return [" ".join(each.slug for each in path) for path in list_paths(index)]


def test_each_index_is_reached_once_by_its_first_way(app):
    make_index("team", bases=["main", "staging"])
    assert slugs_of(get_index("team")) == [
        "team",
        "team main",
        "team main pypi",
        "team staging",
    ]


def test_paths_are_asked_once_and_remembered(app, queries):
    index = get_index("staging")
    queries.clear()
    list_paths(index)
    list_paths(index)
    assert len(queries) == 1


def test_what_is_remembered_outlives_its_session(app):
    list_paths(get_index("staging"))
    with transaction():
        # A transaction begins by forgetting what was read.
        get_index("staging").title = "Other"
    db.session.remove()
    assert [path[-1].visibility for path in list_paths(get_index("staging"))] == ["public"] * 3


def test_a_change_of_bases_is_seen_at_once(app):
    before = slugs_of(get_index("staging"))
    with transaction():
        change_bases(get_index("main"), [])
        assert slugs_of(get_index("staging")) == ["staging", "staging main"]
    assert before == ["staging", "staging main", "staging main pypi"]
    assert slugs_of(get_index("staging")) == ["staging", "staging main"]


def test_a_change_of_a_base_is_seen_at_once(app):
    list_paths(get_index("staging"))
    with transaction():
        change_visibility(get_index("pypi"), "members")
    found = [path[-1].visibility for path in list_paths(get_index("staging"))]
    assert found == ["public", "public", "members"]


def test_of_an_index_only_the_newest_paths_are_remembered(app):
    for visibility in ("members", "public", "signed-in"):
        with transaction():
            change_visibility(get_index(), visibility)
        list_paths(get_index())
    assert len(app.extensions["remembered"]) == 1


def test_dependents_are_asked_for_once(app, queries):
    make_index("team", bases=["staging"])
    number = get_index("pypi").id
    queries.clear()
    assert [index.slug for index in list_dependents(number)] == ["main", "staging", "team"]
    assert len(queries) == 1


def test_the_top_has_no_dependents(app):
    assert list_dependents(get_index("staging").id) == []
