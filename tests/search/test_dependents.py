import pytest

from app.core.database import transaction
from app.extensions import db
from app.indexes.queries import get_index
from app.projects.models import Dependency
from app.search import dependents
from app.search.dependents import list_dependents
from app.search.facts import Facts
from app.search.models import Listing
from app.search.scopes import Scope
from app.search.services import list_project
from tests.factories import make_index, make_project, make_release, relist_all


def own(name, *needs, index=None):
    release = make_release(make_project(name, index=index))
    for position, need in enumerate(needs):
        db.session.add(
            Dependency(
                release_id=release.id, position=position, requirement=need, normalized_name=need
            )
        )
    db.session.commit()


def known(name, *needs, slug="pypi"):
    with transaction():
        list_project(get_index(slug).id, Facts(name=name, version="1", requires_dist=needs))


def popular(**names):
    for name, popularity in names.items():
        wanted = db.session.query(Listing).filter_by(normalized_name=name.replace("_", "-"))
        wanted.update({"popularity": popularity})
    db.session.commit()


def names(slug="main", wanted="six", limit=10, after=None):
    found = list_dependents(Scope.of(get_index(slug)), wanted, limit, after)
    return [line.name for line in found.lines]


@pytest.fixture
def mirror_is_on(app, monkeypatch):
    monkeypatch.setitem(app.config, "UPSTREAMS", {"pypi": "https://far.example/simple/"})


@pytest.fixture(params=["labelled", "all"])
def way(request, monkeypatch):
    """Look at those who have the label, or at all, as for labels that very many have."""
    if request.param == "all":
        monkeypatch.setattr(dependents, "_MANY", -1)
    monkeypatch.setattr(dependents, "_statements", {})


def test_own_projects_that_need_one_are_listed(app, way):
    own("shop", "six")
    own("other", "seven")
    relist_all()
    assert names() == ["shop"]


def test_the_most_popular_come_first_and_then_those_of_early_names(mirror_is_on, way):
    for name in ("b", "a", "star"):
        known(name, "six")
    own("ours", "six")
    relist_all()
    popular(star=900, ours=500)
    assert names() == ["star", "ours", "a", "b"]


def test_a_name_of_ours_hides_that_of_the_upstream(mirror_is_on, way):
    known("shop", "six")
    own("shop", "seven")
    relist_all()
    assert names() == []


def test_the_list_goes_on_behind_a_place(mirror_is_on, way):
    for number in range(7):
        known(f"p{number}", "six")
    popular(p3=10)
    scope, after, seen = Scope.of(get_index()), None, []
    while True:
        found = list_dependents(scope, "six", 3, after)
        seen.append([line.name for line in found.lines])
        assert found.count == 7
        after = found.next
        if after is None:
            break
    assert seen == [["p3", "p0", "p1"], ["p2", "p4", "p5"], ["p6"]]


def test_no_index_lists_or_counts_what_it_does_not_look_into(app, way):
    make_index("secret", visibility="members")
    own("hidden", "six", index=get_index("secret"))
    own("open", "six")
    relist_all()
    found = list_dependents(Scope.of(get_index()), "six", 10)
    assert ([line.name for line in found.lines], found.count) == (["open"], 1)
    assert names("secret") == ["hidden"]


def test_what_is_in_quarantine_is_not_listed(app, way):
    own("shop", "six")
    relist_all()
    project = make_project("stopped")
    make_release(project)
    project.status = "quarantined"
    db.session.commit()
    relist_all()
    assert names() == ["shop"]


def test_a_mirror_that_is_off_lists_nothing(app):
    known("shop", "six")
    assert names() == []


def test_nobody_needs_what_nobody_names(app):
    found = list_dependents(Scope.of(get_index()), "six", 10)
    assert (found.lines, found.count, found.next) == ((), 0, None)


def test_it_asks_the_same_for_one_and_for_a_hundred(mirror_is_on, queries):
    def count():
        queries.clear()
        names()
        return len(queries)

    known("p", "six")
    names()
    few = count()
    for number in range(100):
        known(f"p{number}", "six")
    assert count() == few
