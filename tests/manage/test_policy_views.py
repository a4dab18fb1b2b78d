import pytest
from sqlalchemy import select

from app.core.database import transaction
from app.extensions import db
from app.indexes.queries import get_index
from app.indexes.services import change_visibility, grant
from app.journal.models import Entry
from app.policy.queries import list_rules
from app.policy.services import add_rule
from tests.factories import make_account, sign_in
from tests.site.pages import faults, soup

PAGE = "/manage/index/main/policy"
GOOD = {"rule-kind": "block", "rule-pattern": "Foo", "rule-specifier": ">=2", "rule-reason": "x"}


@pytest.fixture
def ada(client):
    """Give an administrator of `main`, who is logged in with the client."""
    account = make_account("ada")
    with transaction():
        grant(get_index().id, account.id, "admin")
    sign_in(client, account)
    return account


def rules():
    db.session.expire_all()
    return [
        f"{rule.kind} {rule.pattern} {rule.specifier}".strip() for rule in list_rules(get_index())
    ]


def make_rule(kind="block", pattern="foo", specifier="", reason=""):
    with transaction():
        return add_rule(get_index(), kind, pattern, specifier, reason).id


def doors():
    return [("get", PAGE, {}), ("post", PAGE, GOOD), ("post", f"{PAGE}/{make_rule()}/remove", {})]


def test_a_rule_is_made(client, ada):
    answer = client.post(PAGE, data=GOOD)
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert rules() == ["block foo >=2"]
    (entry,) = db.session.scalars(select(Entry).where(Entry.tag == "policy-rule-made"))
    assert (entry.actor, entry.account_id) == ("ada", ada.id)


def test_rules_are_shown(client, ada):
    make_rule("block", "evil-*", "<2", "It steals <keys>.")
    answer = client.get(PAGE)
    assert answer.status_code == 200
    assert faults(answer) == []
    row = [cell.get_text(" ", strip=True) for cell in soup(answer).select("tbody tr > *")]
    assert row[:2] == ["evil-*", "Block <2"]
    assert row[2].startswith("It steals <keys>.")


def test_a_page_without_rules_says_so(client, ada):
    answer = client.get(PAGE)
    assert faults(answer) == []
    assert "There is no rule." in answer.text


def test_many_rules_are_shown_in_pages(client, ada):
    with transaction():
        for number in range(101):
            add_rule(get_index(), "block", f"foo{number:03}")
    assert "foo099" in client.get(PAGE).text
    assert "foo100" in client.get(f"{PAGE}?page=2").text
    assert client.get(f"{PAGE}?page=3").status_code == 404
    assert client.get(f"{PAGE}?page=0").status_code == 404


def test_a_rule_is_removed(client, ada):
    answer = client.post(f"{PAGE}/{make_rule()}/remove")
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert rules() == []
    assert client.post(f"{PAGE}/77/remove").status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "destroy"),
        ("pattern", ""),
        ("pattern", "föö"),
        ("pattern", "a\x00b"),
        ("pattern", "x" * 201),
        ("specifier", "soon"),
        ("specifier", ">=1,<"),
        ("specifier", ">=1;<2"),
        ("specifier", "1," * 150),
        ("reason", "x" * 501),
        ("reason", "a\x00b"),
    ],
)
def test_what_cannot_be_a_rule_is_said_at_its_field(client, ada, field, value):
    answer = client.post(PAGE, data=GOOD | {f"rule-{field}": value})
    assert answer.status_code == 400
    assert "\x00" in value or faults(answer) == []
    assert soup(answer).find(id=f"rule-{field}")["aria-invalid"] == "true"
    assert rules() == []


def test_a_rule_that_is_there_is_not_made_again(client, ada):
    make_rule("block", "foo", ">=2")
    answer = client.post(PAGE, data=GOOD)
    assert answer.status_code == 409
    assert faults(answer) == []
    assert "There is a rule for this already." in answer.text


def test_browsers_know_the_rules_of_the_form(client, ada):
    field = soup(client.get(PAGE)).find(id="rule-pattern")
    assert field.has_attr("required")
    assert field["maxlength"] == "200"
    assert field["pattern"]


def test_nobody_is_sent_to_log_in(app, client):
    for method, path, form in doors():
        answer = getattr(client, method)(path, data=form)
        assert answer.status_code in {302, 303}
        assert "/account/login" in answer.location
    assert rules() == ["block foo"]


@pytest.mark.parametrize("right", [None, "read", "upload"])
def test_who_does_not_administer_the_index_is_refused(app, client, right):
    mallory = make_account("mallory", uploads=False)
    with transaction():
        # What they are elsewhere does not count.
        grant(get_index("staging").id, mallory.id, "admin")
        if right:
            grant(get_index().id, mallory.id, right)
    sign_in(client, mallory)
    for method, path, form in doors():
        assert getattr(client, method)(path, data=form).status_code == 403
    assert rules() == ["block foo"]


def test_rules_of_an_index_that_is_closed_are_not_shown(client):
    with transaction():
        change_visibility(get_index(), "members")
        add_rule(get_index(), "block", "secret")
    sign_in(client, make_account("mallory", uploads=False))
    answer = client.get(PAGE)
    assert answer.status_code == 403
    assert "secret" not in answer.text


def test_a_form_without_its_token_is_refused(client, app, ada, monkeypatch):
    paths = [path for method, path, _form in doors() if method == "post"]
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    for path in paths:
        assert client.post(path, data=GOOD).status_code == 400
    assert rules() == ["block foo"]


def test_a_rule_with_a_number_that_no_database_has_is_not_found(client, ada):
    assert client.post(f"{PAGE}/{10**20}/remove").status_code == 404
