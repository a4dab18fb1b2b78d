import pytest
from sqlalchemy import delete, select

from app.accounts.actors import NOBODY, OPERATOR, Actor
from app.core.database import transaction
from app.core.exceptions import Unauthenticated
from app.extensions import db
from app.indexes.exceptions import NotAdministrator
from app.journal.models import Entry
from app.search import synonyms
from app.search.exceptions import BadSynonyms, SynonymsNotFound, SynonymsTaken, TooManySynonyms
from app.search.models import Synonym
from app.search.synonyms import add_synonyms, change_synonyms, list_synonyms, remove_synonyms


@pytest.fixture(autouse=True)
def _no_groups(app):
    db.session.execute(delete(Synonym))
    db.session.commit()


def add(text, actor=OPERATOR):
    with transaction():
        return add_synonyms(actor, text)


def words():
    return [group.words for group in list_synonyms()]


def test_groups_are_added_changed_and_removed(app):
    first = add("Postgres,  PostgreSQL")
    add("cli = command  line")
    assert words() == [("cli", "command line"), ("postgres", "postgresql")]
    with transaction():
        change_synonyms(OPERATOR, first.id, "postgres\npostgresql\npgsql")
    assert words()[1] == ("postgres", "postgresql", "pgsql")
    with transaction():
        remove_synonyms(OPERATOR, first.id)
    assert words() == [("cli", "command line")]
    tags = list(db.session.scalars(select(Entry.tag).order_by(Entry.id)))
    assert tags == ["synonyms-added", "synonyms-added", "synonyms-changed", "synonyms-removed"]


def test_a_change_that_changes_nothing_is_no_history(app):
    group = add("a, b")
    with transaction():
        change_synonyms(OPERATOR, group.id, "A,B")
    assert list(db.session.scalars(select(Entry.tag))) == ["synonyms-added"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "alone",
        "same, Same",
        ", ,",
        "!, ?",
        "good, !",
        "good, one two three four",
        "good, " + "x" * 51,
        ", ".join(f"w{number}" for number in range(21)),
        "good, " + "better " * 10_000,
    ],
)
def test_what_is_no_group_is_refused(app, text):
    with pytest.raises(BadSynonyms):
        add(text)
    assert words() == []


def test_the_same_group_is_not_kept_twice(app):
    first, second = add("a, b"), add("a, c")
    with pytest.raises(SynonymsTaken):
        add("b, a")
    with pytest.raises(SynonymsTaken), transaction():
        change_synonyms(OPERATOR, second.id, "b, a")
    with transaction():
        assert change_synonyms(OPERATOR, first.id, "b, a").words == ("b", "a")


def test_there_are_at_most_so_many_groups(app, monkeypatch):
    monkeypatch.setattr(synonyms, "MOST_GROUPS", 1)
    add("a, b")
    with pytest.raises(TooManySynonyms):
        add("c, d")


@pytest.mark.parametrize(
    ("actor", "refusal"),
    [(NOBODY, Unauthenticated), (Actor(account_id=1, username="grace"), NotAdministrator)],
)
def test_only_those_who_run_the_site_change_them(app, actor, refusal):
    group = add("a, b")
    steps = [
        lambda: add_synonyms(actor, "c, d"),
        lambda: change_synonyms(actor, group.id, "c, d"),
        lambda: remove_synonyms(actor, group.id),
    ]
    for step in steps:
        with pytest.raises(refusal), transaction():
            step()
    assert words() == [("a", "b")]


def test_a_group_that_is_gone_is_told(app):
    with pytest.raises(SynonymsNotFound), transaction():
        change_synonyms(OPERATOR, 10**6, "a, b")
    with pytest.raises(SynonymsNotFound), transaction():
        remove_synonyms(OPERATOR, 10**6)


def test_accents_and_capitals_do_not_count(app):
    assert add("Café, COFFEE").words == ("cafe", "coffee")
