"""Finding projects among our own and those that are known of upstreams."""

import pytest

from app.core import clock
from app.core.database import transaction
from app.extensions import db
from app.indexes.models import NameClaim, ReservedPattern
from app.indexes.queries import get_index
from app.indexes.upstreams import find_host
from app.policy.models import PolicyRule
from app.search import projects
from app.search.facts import Facts
from app.search.projects import search_projects
from app.search.services import learn_names, list_project
from tests.factories import make_project, make_release


@pytest.fixture
def known(mirror):
    """Give a function that lets the upstream's names be known."""

    def learn(*names):
        with transaction():
            learn_names(get_index("pypi").id, {name: name for name in names})

    return learn


def own(*names, index=None):
    for name in names:
        make_release(make_project(name, index=index))


def found(text, index="main", number=1):
    hits = search_projects(get_index(index), text, number)
    return [line.normalized_name for line in hits.lines]


def test_exact_name_comes_first_then_ours_then_beginnings_then_the_rest(known):
    own("my-flask", "flask-ours")
    known("flask", "flask-x", "a-flask")
    assert found("Flask") == ["flask", "flask-ours", "my-flask", "flask-x", "a-flask"]


def test_popular_names_come_before_others(known):
    known("reqtangle", "requests", "a-requests")
    assert found("req") == ["requests", "reqtangle", "a-requests"]


def test_a_name_of_ours_is_not_shown_twice(known):
    own("flask")
    known("flask")
    [line] = search_projects(get_index(), "flask", 1).lines
    assert line.upstream == ""
    assert line.version == "1.0"


def test_a_name_that_we_removed_claimed_or_reserved_is_not_shown(known):
    known("removed-x", "claimed-x", "acme-x", "other-x")
    project = make_project("removed-x")
    project.removed_at = clock.now()
    main = get_index().id
    db.session.add(NameClaim(index_id=main, normalized_name="claimed-x", claimed_at=clock.now()))
    db.session.add(ReservedPattern(pattern="acme-*", reserved_at=clock.now()))
    db.session.commit()
    assert found("x") == ["other-x"]


def test_a_name_that_is_blocked_is_not_shown(house, known):
    known("good-x", "evil-x")
    rule = PolicyRule(
        index_id=get_index("pypi").id, kind="block", pattern="evil-*", specifier="", reason="no"
    )
    rule.made_at = clock.now()
    db.session.add(rule)
    db.session.commit()
    house.extensions["policy_rules"].clear()
    try:
        assert found("x") == ["good-x"]
    finally:
        db.session.delete(db.session.get(PolicyRule, rule.id))
        db.session.commit()
        house.extensions["policy_rules"].clear()


def test_an_index_finds_what_its_bases_have_and_no_other(known):
    own("shared-x")
    own("staged-x", index=get_index("staging"))
    known("foreign-x")
    assert found("x", "staging") == ["shared-x", "staged-x", "foreign-x"]
    assert found("x", "main") == ["shared-x", "foreign-x"]
    assert found("x", "pypi") == ["foreign-x"]


def test_of_two_own_indexes_the_nearer_one_has_the_name(known):
    own("twice", index=get_index("staging"))
    own("twice")
    assert found("twice", "staging") == ["twice"]


def test_names_of_a_mirror_that_is_off_are_not_shown(known, settings, house):
    known("foreign-x")
    get_index("pypi").upstream_url = None
    db.session.commit()
    assert found("x") == []


def test_a_hit_shows_what_is_known_of_it(known):
    known("six", "sixpence")
    with transaction():
        list_project(get_index("pypi").id, Facts(name="Six", version="1.17", summary="Bridges"))
    six, other = search_projects(get_index(), "six", 1).lines
    assert (six.version, six.summary, six.updated_at) == ("1.17", "Bridges", None)
    assert six.upstream == find_host(get_index("pypi"))
    assert (other.version, other.summary) == ("", "")


def test_pages_go_on_from_ours_to_those_of_upstreams(known):
    own(*(f"p-own{number:02}" for number in range(25)))
    known("p", *(f"p-far{number:02}" for number in range(30)))
    pages = [found("p", number=number) for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [20, 20, 16]
    names = [name for page in pages for name in page]
    assert len(set(names)) == 56
    assert names[0] == "p"
    assert names[1:26] == [f"p-own{number:02}" for number in range(25)]
    hits = search_projects(get_index(), "p", 3)
    assert (hits.total, hits.pages, hits.is_more) == (56, 3, False)


def test_all_names_are_looked_at_only_to_fill_a_page(known):
    known(*(f"p{number:02}" for number in range(30)), "a-p", "b-p")
    first, last = (search_projects(get_index(), "p", number) for number in (1, 2))
    assert (first.total, first.pages, first.is_more) == (30, 2, True)
    assert (last.total, last.is_more) == (32, False)
    assert [line.normalized_name for line in last.lines][-2:] == ["a-p", "b-p"]


def test_only_so_many_names_of_upstreams_are_looked_at(known, monkeypatch):
    monkeypatch.setattr(projects, "MOST_FOREIGN", 30)
    known(*(f"p{number:03}" for number in range(100)))
    hits = search_projects(get_index(), "p", 1)
    assert (hits.total, hits.pages, hits.is_more) == (30, 2, True)


@pytest.mark.parametrize("text", ["%", "_", "\\", "a%", "é", "\x00", "~", "!", " ", ""])
def test_any_text_can_be_looked_for(known, text):
    known("a", "b")
    assert found(text) == (["a", "b"] if not text.strip("\0 ") else [])
