import pytest
from sqlalchemy import func, select

from app.accounts.actors import NOBODY, Actor, Key
from app.core.database import transaction
from app.core.exceptions import DomainError, Unauthenticated
from app.extensions import db
from app.indexes import services
from app.indexes.exceptions import (
    BadAge,
    BadSlug,
    BadTitle,
    IndexNotEmpty,
    MainStays,
    NotAdministrator,
    SlugNotConfirmed,
    SlugTaken,
    UnknownChoice,
)
from app.indexes.models import Index
from app.indexes.queries import find_index, find_right, get_index, list_bases
from app.indexes.services import (
    change_age,
    change_rule,
    change_title,
    change_visibility,
    grant,
    grant_right,
    open_index,
    remove_index,
    take_right,
    void_pages,
)
from app.journal.models import Entry
from app.projects.models import File, Project
from app.simple.shelf import the_shelf
from tests.factories import make_account, make_file, make_index, make_project, make_release


def actor_of(account):
    return Actor(account.id, account.username, account.is_admin, has_confirmed_email=True)


def administrator(*slugs):
    """Return somebody who administers some indexes, and not the site."""
    account = make_account(uploads=False)
    for slug in slugs:
        grant(get_index(slug).id, account.id, "admin")
    db.session.commit()
    return actor_of(account)


def generations():
    return dict(list(map(tuple, db.session.execute(select(Index.slug, Index.generation)))))


def tags():
    return list(db.session.scalars(select(Entry.tag).order_by(Entry.id)))


def test_an_index_is_opened_and_told(app):
    boss = make_account("boss", is_admin=True)
    with transaction():
        open_index("team", "  The   team ", visibility="members", actor=actor_of(boss))
    index, entry = get_index("team"), db.session.scalars(select(Entry)).one()
    assert (index.title, index.kind, index.visibility) == ("The team", "hosted", "members")
    assert (entry.tag, entry.index_slug, entry.actor) == ("index-opened", "team", "boss")
    assert entry.account_id == boss.id


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"slug": "Team"}, BadSlug),
        ({"slug": "new"}, BadSlug),
        ({"slug": "main"}, SlugTaken),
        ({"title": " "}, BadTitle),
        ({"title": "x" * 101}, BadTitle),
        ({"title": "a\x00b"}, BadTitle),
        ({"kind": "copy"}, UnknownChoice),
        ({"visibility": "secret"}, UnknownChoice),
    ],
)
def test_what_no_index_can_be_is_refused(app, facts, error):
    with pytest.raises(error), transaction():
        open_index(**({"slug": "team", "title": "Team"} | facts))
    assert find_index("team") is None


def test_who_does_not_run_the_site_opens_none(app):
    for actor, error in ((NOBODY, Unauthenticated), (administrator("main"), NotAdministrator)):
        with pytest.raises(error), transaction():
            open_index("team", "Team", actor=actor)


def changes():
    account = make_account()
    return [
        lambda index, actor: change_title(index, "Other", actor=actor),
        lambda index, actor: change_visibility(index, "members", actor=actor),
        lambda index, actor: change_rule(index, "deletion", is_on=False, actor=actor),
        lambda index, actor: change_age(index, 3, actor=actor),
        lambda index, actor: grant_right(index, account, "read", actor=actor),
        lambda index, actor: take_right(index, account, actor=actor),
        lambda index, actor: remove_index(index, index.slug, actor=actor),
    ]


def test_only_administrators_change_an_index(app):
    make_index("team")
    member, other = make_account(), administrator("main")
    grant(get_index("team").id, member.id, "upload")
    db.session.commit()
    for change in changes():
        for actor in (actor_of(member), other):
            with pytest.raises(NotAdministrator), transaction():
                change(get_index("team"), actor)
        with pytest.raises(Unauthenticated), transaction():
            change(get_index("team"), NOBODY)


def test_a_token_of_an_administrator_changes_nothing(app):
    boss = make_account(is_admin=True)
    actor = Actor(boss.id, boss.username, is_admin=True, key=Key(1, "upload"))
    for change in changes():
        with pytest.raises(NotAdministrator), transaction():
            change(get_index("staging"), actor)


def test_the_administrator_of_an_index_changes_it(app):
    make_index("team")
    actor = administrator("team")
    for change in changes():
        with transaction():
            change(get_index("team"), actor)
    assert find_index("team") is None


def test_who_may_not_read_a_base_does_not_administer(app):
    make_index("secret", visibility="members")
    make_index("team", bases=["secret"])
    with pytest.raises(NotAdministrator), transaction():
        change_title(get_index("team"), "Mine", actor=administrator("team"))


@pytest.mark.parametrize(
    "change",
    [
        lambda index: change_visibility(index, "members"),
        lambda index: change_age(index, 3),
        lambda index: change_rule(index, "only_allowed", is_on=True),
    ],
    ids=["visibility", "age", "only_allowed"],
)
def test_what_changes_many_pages_voids_those_of_dependents_too(app, change):
    before, floor = generations(), get_index("staging").floor_serial
    with transaction():
        change(get_index("main"))
    after = generations()
    assert {slug for slug in after if after[slug] > before[slug]} == {"main", "staging"}
    assert get_index("staging").floor_serial > floor
    assert len(tags()) == 1


def test_a_rule_for_uploads_voids_no_page(app):
    before = generations()
    with transaction():
        change_rule(get_index(), "deletion", is_on=False)
    assert generations() == before


@pytest.mark.parametrize("days", [-1, 3651])
def test_an_age_has_bounds(app, days):
    with pytest.raises(BadAge), transaction():
        change_age(get_index(), days)


def test_an_age_is_set_and_left_to_the_bases_again(app):
    kept = []
    for days in (0, None):
        with transaction():
            change_age(get_index(), days)
        kept.append(get_index().settings.get("minimum_age_days"))
    assert kept == [0, None]


@pytest.mark.parametrize("rule", ["overwrite", "minimum_age_days", ""])
def test_overwriting_is_no_rule_that_can_be_switched(app, rule):
    with pytest.raises(UnknownChoice), transaction():
        change_rule(get_index(), rule, is_on=True)


def test_a_right_that_is_none_is_not_granted(app):
    account = make_account(uploads=False)
    with pytest.raises(UnknownChoice), transaction():
        grant_right(get_index(), account, "everything")
    assert find_right(get_index().id, account.id) is None


def test_an_index_is_removed_with_its_rights_and_bases(app):
    make_index("team", bases=["main"])
    make_index("top", bases=["team", "main"])
    with transaction():
        assert remove_index(get_index("team"), "team") == ("top",)
    assert find_index("team") is None
    assert [base.slug for base in list_bases(get_index("top").id)] == ["main"]
    entry = db.session.scalars(select(Entry).order_by(Entry.id.desc()).limit(1)).one()
    assert (entry.tag, entry.index_slug) == ("index-removed", "team")
    assert entry.details == {"with_projects": False, "dependents": ["top"]}


def test_the_pages_of_those_that_looked_into_it_are_void(app):
    make_index("team")
    make_index("top", bases=["team"])
    before = generations()["top"]
    with transaction():
        remove_index(get_index("team"), "team")
    assert generations()["top"] == before + 1


def test_the_main_index_stays(app):
    with pytest.raises(MainStays), transaction():
        remove_index(get_index(), "main")


def test_an_index_is_not_removed_without_its_slug(app):
    with pytest.raises(SlugNotConfirmed), transaction():
        remove_index(get_index("staging"), "main")
    assert find_index("staging") is not None


def test_an_index_with_projects_is_removed_only_when_they_are_named(app):
    index = make_index("team")
    make_file(make_release(make_project("foo", index=index)))
    with pytest.raises(IndexNotEmpty, match="One project"), transaction():
        remove_index(get_index("team"), "team")
    assert find_index("team") is not None
    with transaction():
        remove_index(get_index("team"), "team", with_projects=True)
    for model in (Project, File):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0


def test_nothing_of_a_removed_index_stays_on_the_shelf(client):
    index = make_index("team")
    make_file(make_release(make_project("foo", index=index)))
    the_shelf().lay(the_shelf().page("team", index.generation, "foo"), {"json": [b"{}"]}, 1)
    with transaction():
        remove_index(get_index("team"), "team", with_projects=True)
    assert not (the_shelf().root / "team").exists()


def test_a_new_index_has_no_generation_of_one_that_was_removed(app):
    seen = set()
    for _ in range(3):
        seen.add(make_index("team").generation)
        with transaction():
            void_pages(get_index("team"))
        seen.add(get_index("team").generation)
        with transaction():
            remove_index(get_index("team"), "team")
    assert len(seen) == 6


def test_every_refusal_has_a_code_and_a_sentence(app):
    refusals = [
        each
        for each in vars(services).values()
        if isinstance(each, type) and issubclass(each, DomainError)
    ]
    assert all(each.code != "error" and str(each()).endswith(".") for each in refusals)
