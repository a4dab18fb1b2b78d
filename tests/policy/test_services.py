import pytest
from sqlalchemy import select

from app.accounts.actors import NOBODY, Actor, Key
from app.core.database import transaction
from app.core.exceptions import DomainError, Forbidden, Unauthenticated
from app.extensions import db
from app.indexes.queries import get_index
from app.indexes.services import change_age, grant
from app.journal.models import Entry
from app.policy import services
from app.policy.exceptions import Refused
from app.policy.queries import list_rules, rules_of
from app.policy.services import add_rule, remove_rule
from app.sources.registry import source_for
from tests.factories import make_account, make_file, make_project, make_release
from tests.policy.places import DAY, NOW, link, page


def make_rule(kind, pattern, specifier="", reason="", *, slug="main", **facts):
    with transaction():
        return add_rule(get_index(slug), kind, pattern, specifier, reason, **facts)


def written(rule):
    return f"{rule.kind} {rule.pattern} {rule.specifier}".strip()


def refusal(call):
    with pytest.raises(Refused) as caught:
        call()
    return caught.value


@pytest.mark.parametrize(
    ("pattern", "specifier", "kept"),
    [
        ("Foo.Bar", "", "block foo-bar"),
        ("acme_*", "", "block acme-*"),
        ("*", ">=1, <2", "block * <2,>=1"),
        ("foo", "1.2.3", "block foo ==1.2.3"),
        ("foo", " ==1.* ", "block foo ==1.*"),
    ],
)
def test_a_rule_is_kept_in_one_form(app, pattern, specifier, kept):
    assert written(make_rule("block", pattern, specifier)) == kept


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("block", ""), "bad-pattern"),
        (("block", "-foo"), "bad-pattern"),
        (("block", "föö"), "bad-pattern"),
        (("block", "a b"), "bad-pattern"),
        (("block", "f" * 201), "bad-pattern"),
        (("block", "foo\n"), None),
        (("block", "foo", "about 1"), "bad-specifier"),
        (("block", "foo", "1.0 or so"), "bad-specifier"),
        (("block", "foo", ">=1," * 100), "bad-specifier"),
        (("block", "foo", "", "x" * 501), "bad-reason"),
        (("block", "foo", "", "a\x1b[2J"), "bad-reason"),
    ],
)
def test_what_cannot_be_a_rule_is_refused(app, words, code):
    if code is None:
        assert make_rule(*words).pattern == "foo"
        return
    with pytest.raises(DomainError) as caught:
        make_rule(*words)
    assert caught.value.code == code
    assert list_rules(get_index()) == []


def test_a_rule_is_made_once(app):
    make_rule("block", "foo", "1.0")
    with pytest.raises(DomainError, match="already"):
        make_rule("block", "Foo", "==1.0", "another reason")
    make_rule("allow", "foo", "1.0")
    make_rule("block", "foo", "1.0", slug="staging")
    assert len(list_rules(get_index())) == 2


def test_an_index_has_only_so_many_rules(app, monkeypatch):
    monkeypatch.setattr(services, "MOST_RULES", 2)
    make_rule("block", "a")
    make_rule("block", "b")
    with pytest.raises(DomainError) as caught:
        make_rule("block", "c")
    assert caught.value.code == "too-many-rules"


def actor_of(account, **facts):
    return Actor(account.id, account.username, has_confirmed_email=True, **facts)


@pytest.mark.parametrize("right", ["read", "upload", "admin"])
def test_only_administrators_of_an_index_make_its_rules(app, right):
    account = make_account("ada", uploads=False)
    with transaction():
        grant(get_index().id, account.id, right)
    actor = actor_of(account)
    if right == "admin":
        number = make_rule("block", "foo", actor=actor).id
        with transaction():
            remove_rule(get_index(), number, actor=actor)
    else:
        with pytest.raises(Forbidden):
            make_rule("block", "foo", actor=actor)
    with pytest.raises(Forbidden):
        make_rule("block", "foo", slug="staging", actor=actor)


def test_nobody_and_no_token_makes_rules(app):
    with pytest.raises(Unauthenticated):
        make_rule("block", "foo", actor=NOBODY)
    account = make_account("ada")
    key = Key(token_id=1, scope="upload")
    with pytest.raises(Forbidden):
        make_rule("block", "foo", actor=actor_of(account, is_admin=True, key=key))


def test_a_rule_of_another_index_is_not_removed(app):
    number = make_rule("block", "foo", slug="staging").id
    with pytest.raises(DomainError) as caught, transaction():
        remove_rule(get_index(), number)
    assert caught.value.code == "rule-not-found"


def test_rules_stand_in_the_journal(app):
    rule = make_rule("block", "foo", "1.0", "It steals keys.")
    with transaction():
        remove_rule(get_index(), rule.id)
    made, removed = db.session.scalars(
        select(Entry).where(Entry.tag.like("policy-rule-%")).order_by(Entry.id)
    )
    assert (made.tag, made.index_slug) == ("policy-rule-made", "main")
    assert made.details["reason"] == "It steals keys."
    assert (removed.tag, removed.details["pattern"]) == ("policy-rule-removed", "foo")


def test_a_rule_voids_the_pages_of_all_that_show_the_index(app):
    def generations():
        db.session.expire_all()
        return [get_index(slug).generation for slug in ("pypi", "main", "staging")]

    before = generations()
    make_rule("block", "foo")
    assert [b - a for a, b in zip(before, generations(), strict=True)] == [0, 1, 1]
    make_rule("block", "foo", slug="pypi")
    assert [b - a for a, b in zip(before, generations(), strict=True)] == [1, 2, 2]


def test_a_rule_holds_at_once_and_no_longer(app, pile, now):
    now(NOW)
    pile.keep(page(link("1.0")))
    versions = []
    for step in ("", "block", "remove"):
        with transaction():
            if step == "block":
                add_rule(get_index(), "block", "foo")
            elif step == "remove":
                remove_rule(get_index(), list_rules(get_index())[0].id)
        versions.append(source_for(get_index()).find_page("foo").versions)
    assert versions == [("1.0",), (), ("1.0",)]


def break_off():
    with transaction():
        add_rule(get_index(), "block", "foo")
        assert source_for(get_index()).find_page("foo").versions == ()
        raise RuntimeError("in the middle")


def test_a_rule_that_is_rolled_back_holds_for_nobody(app, pile, now):
    now(NOW)
    pile.keep(page(link("1.0")))
    with pytest.raises(RuntimeError, match="in the middle"):
        break_off()
    assert source_for(get_index()).find_page("foo").versions == ("1.0",)


def test_a_rule_of_an_index_is_for_it_and_those_before_it(app, pile, now):
    now(NOW)
    pile.keep(page(link("1.0")))
    make_rule("block", "foo")
    shown = {
        slug: source_for(get_index(slug)).find_page("foo").versions
        for slug in ("staging", "main", "pypi")
    }
    assert shown == {"staging": (), "main": (), "pypi": ("1.0",)}
    make_rule("allow", "foo", slug="staging")
    assert source_for(get_index("staging")).find_page("foo").versions == ("1.0",)


def test_a_block_is_for_what_is_published_here_too(app):
    file = make_file(make_release(make_project("foo"), "1.0"))
    make_rule("block", "foo", "1.0", "It was a mistake.")
    source = source_for(get_index())
    assert source.find_page("foo").files == ()
    error = refusal(lambda: source.find_file(file.sha256, file.filename))
    assert error.code == "blocked"
    assert str(error).endswith("/help/refused/blocked (It was a mistake.)")


def test_an_age_is_for_one_index_and_those_before_it(app, pile, now):
    now(NOW)
    pile.keep(page(link("1.0", age=3 * DAY)))
    with transaction():
        change_age(get_index(), 2)
    assert source_for(get_index("staging")).find_page("foo").versions == ("1.0",)
    assert source_for(get_index("pypi")).find_page("foo").versions == ()


def test_what_nothing_applies_to_costs_no_question(app, queries):
    make_project("foo")
    path = (get_index(),)
    rules_of(path)
    source_for(path[0])
    queries.clear()
    assert rules_of(path).are_idle
    assert queries == []
