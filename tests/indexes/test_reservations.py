import pytest
from sqlalchemy import select

from app.core.database import transaction
from app.extensions import db
from app.indexes.exceptions import BadPattern, NotAdministrator, PatternNotFound, PatternTaken
from app.indexes.queries import list_reserved, reserved_matcher
from app.indexes.reservations import free, reserve
from app.journal.models import Entry
from tests.factories import make_index
from tests.indexes.test_services import administrator, generations


def test_a_pattern_is_reserved_and_freed(app):
    with transaction():
        assert reserve("Acme_*", "ours  alone") == "acme-*"
    assert [(row.pattern, row.reason) for row in list_reserved()] == [("acme-*", "ours alone")]
    assert [reserved_matcher()(name) for name in ("acme-x", "acme", "other")] == [
        True,
        False,
        False,
    ]
    with transaction():
        free("ACME-*")
    assert list_reserved() == []
    tags = list(db.session.scalars(select(Entry.tag).order_by(Entry.id)))
    assert tags == ["pattern-reserved", "pattern-freed"]


def test_the_pages_of_all_that_show_an_upstream_are_void(app):
    make_index("team")
    for change in (reserve, free):
        before = generations()
        with transaction():
            change("acme-*")
        after = generations()
        raised = {slug: after[slug] - before[slug] for slug in after}
        assert raised == {"main": 1, "staging": 1, "pypi": 1, "team": 0}


@pytest.mark.parametrize("pattern", ["", "*", "ab*", "a b c", "acme-*\x00"])
def test_what_is_no_pattern_is_refused(app, pattern):
    with pytest.raises(BadPattern), transaction():
        reserve(pattern)


def test_a_pattern_is_reserved_once(app):
    with transaction():
        reserve("acme-*")
    with pytest.raises(PatternTaken), transaction():
        reserve("Acme_*")


def test_what_is_not_reserved_cannot_be_freed(app):
    with pytest.raises(PatternNotFound), transaction():
        free("acme-*")


def test_only_who_runs_the_site_reserves(app):
    actor = administrator("main")
    for change in (reserve, free):
        with pytest.raises(NotAdministrator), transaction():
            change("acme-*", actor=actor)
