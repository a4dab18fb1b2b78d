import pytest

from app.core import clock
from app.extensions import db
from app.indexes.queries import get_index
from app.policy.models import PolicyRule
from app.search.suggesting import suggest
from tests.factories import make_index, make_project, make_release, relist_all


def names(text, index="main", **options):
    return [each.normalized_name for each in suggest(get_index(index), text, **options)]


def test_names_that_begin_with_the_text_come_first_the_most_popular_before(known):
    known("requests", "reqtangle", "types-requests", "zeta")
    assert names("req") == ["requests", "types-requests", "reqtangle"]
    assert names("r") == ["requests", "reqtangle"]


def test_the_exact_name_is_first(known):
    known("flask", "flask-login", "flasky")
    assert names("flask")[0] == "flask"
    assert names("flask lo") == ["flask-login"]
    assert names("flasklo") == ["flask-login"]
    assert names("Flask_Lo") == ["flask-login"]


def test_only_so_many_are_suggested(known):
    known(*(f"thing{number:02}" for number in range(30)))
    assert len(names("thing")) == 8
    assert len(names("thing", limit=3)) == 3


def test_a_suggestion_tells_name_and_summary(listed):
    listed("Six", "Bridges")
    [six] = suggest(get_index(), "si")
    assert (six.name, six.normalized_name, six.summary) == ("Six", "six", "Bridges")


def test_nothing_is_suggested_that_the_index_does_not_list(house, known):
    known("open-thing", "evil-thing")
    make_index("secret", visibility="members")
    make_release(make_project("thing-hidden", index=get_index("secret")))
    relist_all()
    rule = PolicyRule(
        index_id=get_index("pypi").id, kind="block", pattern="evil-*", specifier="", reason="no"
    )
    rule.made_at = clock.now()
    db.session.add(rule)
    db.session.commit()
    house.extensions["remembered"].clear()
    try:
        assert names("thing") == ["open-thing"]
        assert names("e") == []
    finally:
        db.session.delete(db.session.get(PolicyRule, rule.id))
        db.session.commit()
        house.extensions["remembered"].clear()


@pytest.mark.parametrize(
    "text",
    ["", " ", "!", "%", '"', "name:x", "🚀", "\x00", "שלום", "x" * 10_000, "a " * 5_000, "* OR"],
)
def test_any_text_can_be_typed(known, text):
    known("alpha")
    assert names(text) in ([], ["alpha"])


def test_it_takes_the_same_number_of_statements_whatever_there_is(known, queries):
    def count():
        # What is remembered of indexes is asked for by the first.
        names("thing")
        queries.clear()
        names("thing")
        return len(queries)

    known("thing1", "thing2")
    few = count()
    known(*(f"thing{number}" for number in range(3, 40)))
    assert count() == few
