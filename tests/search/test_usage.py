from datetime import timedelta

from sqlalchemy import select

from app.core import clock
from app.core.database import transaction
from app.extensions import db
from app.indexes.queries import get_index
from app.search.models import Listing
from app.search.popularity import MOST, popularity_of
from app.search.usage import refresh_popularity
from app.stats.models import ProjectDay


def downloads(name, count, *, days_ago=1, index="pypi"):
    day = clock.today() - timedelta(days=days_ago)
    with transaction() as session:
        session.add(ProjectDay(index_slug=index, project=name, day=day, count=count, bytes=0))


def listing(name):
    index_id = get_index("pypi").id
    fits = (Listing.index_id == index_id, Listing.normalized_name == name)
    wanted = select(Listing).where(*fits).execution_options(populate_existing=True)
    return db.session.scalars(wanted).one()


def test_popularity_grows_with_rank_and_downloads():
    assert popularity_of(1) == MOST
    assert popularity_of(None) == popularity_of(0) == popularity_of(15_001) == 0
    assert popularity_of(10) > popularity_of(100) > popularity_of(1_000) > 0
    assert popularity_of(None, 10) < popularity_of(None, 1_000) < popularity_of(None, 10**9)
    assert popularity_of(None, 10**9) == MOST
    assert popularity_of(None, -5) == 0


def test_to_be_used_makes_nothing_less_popular():
    for rank in (None, 1, 50, 14_999):
        counts = [popularity_of(rank, count) for count in (0, 1, 10, 10_000, 10**7)]
        assert counts == sorted(counts)
        assert counts[0] == popularity_of(rank)


def test_downloads_of_the_last_days_are_noted_and_searches_follow(known, found):
    known("a-thing", "b-thing")
    assert found("thing") == ["a-thing", "b-thing"]
    downloads("b-thing", 500)
    downloads("b-thing", 70, days_ago=80)
    downloads("b-thing", 9_000, days_ago=91)
    downloads("b-thing", 9_000, index="staging")
    assert refresh_popularity() == 1
    assert found("thing") == ["b-thing", "a-thing"]
    assert listing("b-thing").downloads == 570
    assert listing("b-thing").popularity == popularity_of(None, 570)


def test_what_is_used_no_more_loses_its_popularity(known, found, now):
    known("a-thing", "b-thing", "requests")
    downloads("b-thing", 500)
    refresh_popularity()
    now(clock.now() + timedelta(days=200))
    assert refresh_popularity() == 1
    assert listing("b-thing").popularity == listing("b-thing").downloads == 0
    assert listing("requests").popularity > 0
    assert found("thing") == ["a-thing", "b-thing"]
    assert refresh_popularity() == 0
