"""A promotion beside an upstream, which is never asked for it."""

from app.accounts.actors import OPERATOR
from app.core.database import transaction
from app.indexes.queries import get_index
from app.uploads.plans import Plan, find_promotable, make_plan
from app.uploads.promotion import promote, undo_promotion
from tests.uploads.clients import publish_wheel


def plan() -> Plan:
    here, there = get_index("staging"), get_index("main")
    return make_plan(OPERATOR, here, there, find_promotable(OPERATOR, here, "foo-bar", "1.0"))


def test_check_100_a_release_is_promoted_and_taken_back_without_asking(house, upstream, mirror):
    upstream.add_wheel("foo_bar", "99.0")
    publish_wheel(OPERATOR, slug="staging")
    with transaction():
        promotion = promote(OPERATOR, "foo_bar", "1.0", source="staging", target="main")
        number = promotion.id
    client = house.test_client()
    assert b"foo_bar-1.0-py3" in client.get("/simple/foo-bar/").data
    with transaction():
        undo_promotion(OPERATOR, number)
    assert client.get("/simple/foo-bar/").status_code == 404
    assert b"foo_bar-1.0-py3" in client.get("/index/staging/simple/foo-bar/").data
    assert upstream.log == []


def test_a_dependency_that_a_copied_page_offers_is_not_listed(house, source, upstream, mirror):
    upstream.add_wheel("heat", "1.5")
    assert source.freshen("heat")
    publish_wheel(OPERATOR, slug="staging", requires_dist=["heat>=1", "bread"])
    upstream.log.clear()
    assert plan().warnings == ()
    assert upstream.log == []


def test_a_dependency_that_staging_has_newer_than_the_upstream_is_listed(
    house, source, upstream, mirror
):
    publish_wheel(OPERATOR, "heat", "2.0", slug="staging")
    upstream.add_wheel("heat", "1.5")
    assert source.freshen("heat")
    publish_wheel(OPERATOR, slug="staging", requires_dist=["heat>=2", "heat"])
    [warning] = plan().warnings
    assert warning.details == ("heat>=2",)
