from datetime import timedelta

import pytest

from app.core import clock
from app.extensions import db
from app.indexes.models import NameClaim
from app.indexes.queries import get_index
from app.search import places
from app.search.models import Listing
from app.search.places import list_at
from app.search.scopes import Scope
from tests.factories import make_index, make_project


@pytest.fixture
def scope(app):
    """Give the scope of an index with a base; their projects take turns."""
    app.extensions["popular_marks"].clear()
    make_index("below")
    index = make_index("team", bases=["below"])
    for place in range(20):
        add(("team", "below")[place % 2], f"p{place:02}", 1000 - place // 4)
    return Scope.of(index)


def add(slug, name, popularity, **facts):
    index = get_index(slug)
    facts = {"name": name, "popularity": popularity} | facts
    db.session.add(Listing(index_id=index.id, normalized_name=name, **facts))
    db.session.commit()


def names(scope, passed=0, limit=50):
    return [listing.normalized_name for listing in list_at(scope, passed, limit)]


def test_the_most_popular_come_first_and_equals_by_name(scope):
    assert names(scope) == [f"p{place:02}" for place in range(20)]


@pytest.mark.parametrize("step", [1, 3, 7, 100])
def test_every_place_is_found_however_far_down(scope, monkeypatch, step):
    monkeypatch.setattr(places, "STEP", step)
    assert [names(scope, passed, 1) for passed in range(20)] == [[name] for name in names(scope)]
    assert names(scope, 20) == names(scope, 10_000) == []


def test_a_name_of_the_index_hides_those_of_its_bases(scope):
    add("below", "p00", 5)
    add("below", "p02", 999_999)
    assert names(scope)[:3] == ["p00", "p01", "p02"]
    assert len(names(scope)) == 20


def test_claimed_and_removed_names_hide_those_of_bases_too(scope):
    index = get_index("team")
    claim = {"index_id": index.id, "claimed_at": clock.now()}
    db.session.add(NameClaim(normalized_name="p01", **claim))
    make_project("p03", index=index).removed_at = clock.now()
    db.session.commit()
    assert not {"p01", "p03"} & set(names(scope))


def test_what_was_found_is_remembered_for_a_while(scope, monkeypatch, queries, now):
    monkeypatch.setattr(places, "STEP", 3)
    now(clock.now())
    names(scope, 12, 1)
    queries.clear()
    names(scope, 12, 1)
    assert len(queries) == 2
    now(clock.now() + timedelta(minutes=11))
    add("team", "first", 5_000)
    assert names(scope, 12, 1) == ["p11"]


def test_both_conditions_of_a_scope_say_the_same(scope):
    add("below", "p00", 5)
    together = db.session.scalars(db.select(Listing.id).where(*scope.fits()))
    each = [
        listing_id
        for index in scope.indexes
        for listing_id in db.session.scalars(db.select(Listing.id).where(*scope.fits_in(index)))
    ]
    assert sorted(together) == sorted(each)
