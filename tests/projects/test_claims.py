import pytest
from sqlalchemy import select

from app.accounts.actors import OPERATOR, Actor
from app.core import clock
from app.core.database import transaction
from app.core.exceptions import DomainError, Invalid
from app.extensions import db
from app.indexes.exceptions import NotAdministrator
from app.indexes.models import NameClaim
from app.indexes.queries import find_name_claim, get_index, list_claims
from app.indexes.services import grant
from app.journal.models import Entry
from app.projects.claims import claim_name, release_claim
from app.projects.exceptions import BadProjectName, ClaimNotFound, NameHeld
from app.sources.registry import source_for
from tests.factories import make_account, make_index, make_project


def claim(name, slug="main", actor=OPERATOR, **facts):
    with transaction():
        return claim_name(actor, get_index(slug), name, **facts)


def release(name, slug="main", actor=OPERATOR):
    with transaction():
        return release_claim(actor, get_index(slug), name)


def test_a_claimed_name_is_never_an_upstreams_where_the_index_is_looked_into(app):
    assert claim("Foo_Bar") == "foo-bar"
    for slug in ("main", "staging"):
        assert source_for(get_index(slug)).is_ours("foo.bar")
    assert not source_for(get_index("pypi")).is_ours("foo.bar")


def test_a_released_name_is_an_upstreams_again(app):
    claim("foo")
    assert release("FOO") == "foo"
    assert not source_for(get_index()).is_ours("foo")


def test_a_claim_tells_who_when_and_why(app, now):
    boss = make_account("boss", is_admin=True)
    claim("foo", actor=Actor(boss.id, "boss", is_admin=True), reason="  ours\nalone ")
    ((row, username),) = list_claims(get_index().id)
    assert (row.normalized_name, row.reason, username) == ("foo", "ours alone", "boss")
    assert row.claimed_at <= clock.now()


def test_both_stand_in_the_journal(app):
    claim("foo", reason="ours")
    release("foo")
    entries = db.session.scalars(select(Entry).order_by(Entry.id)).all()
    facts = [(entry.tag, entry.index_slug, entry.project, entry.details) for entry in entries]
    assert facts == [
        ("name-claimed", "main", "foo", {"reason": "ours"}),
        ("name-freed", "main", "foo", {}),
    ]


def test_both_change_the_list_of_names(app):
    serials = []
    for change in (claim, release):
        change("foo")
        db.session.expire_all()
        serials.append(get_index().names_serial)
    assert 0 < serials[0] < serials[1]


@pytest.mark.parametrize(
    ("name", "slug", "error"),
    [
        ("-foo", "main", BadProjectName),
        ("", "main", BadProjectName),
        ("foo", "pypi", Invalid),
        ("taken", "main", NameHeld),
        ("taken", "staging", NameHeld),
        ("removed", "main", NameHeld),
        ("claimed", "main", NameHeld),
    ],
)
def test_what_cannot_be_claimed_is_refused(app, name, slug, error):
    make_project("Taken")
    make_project("removed").removed_at = clock.now()
    db.session.commit()
    claim("claimed")
    with pytest.raises(error):
        claim(name, slug)
    assert list(db.session.scalars(select(NameClaim.normalized_name))) == ["claimed"]


def test_what_was_not_claimed_cannot_be_released(app):
    with pytest.raises(ClaimNotFound):
        release("foo")


def test_only_administrators_claim_and_release(app):
    make_index("team")
    claim("foo", "team")
    uploader, owner = make_account(), make_account()
    for account, right in ((uploader, "upload"), (owner, "admin")):
        grant(get_index("team").id, account.id, right)
    db.session.commit()
    actors = {each: Actor(each.id, each.username) for each in (uploader, owner)}
    for change, name in ((claim, "bar"), (release, "foo")):
        with pytest.raises(NotAdministrator):
            change(name, "team", actors[uploader])
        change(name, "team", actors[owner])
    assert find_name_claim(get_index("team").id, "bar") is not None


def test_every_refusal_has_a_sentence(app):
    make_project("taken")
    for name in ("taken", "-"):
        with pytest.raises(DomainError, match=r"\.$"):
            claim(name)
