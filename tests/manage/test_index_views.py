import pytest
from sqlalchemy import select

from app.accounts.actors import OPERATOR
from app.core.database import transaction
from app.extensions import db
from app.indexes.queries import (
    find_index,
    find_right,
    get_index,
    list_bases,
    list_claims,
    list_indexes,
    list_reserved,
)
from app.indexes.reservations import reserve
from app.indexes.services import grant
from app.journal.models import Entry
from app.projects.claims import claim_name
from app.retention.rules import Rule
from app.retention.services import set_rule, switch_on
from app.search.models import Listing
from tests.factories import make_account, make_index, make_project, make_release, sign_in
from tests.site.pages import faults, soup

PAGE = "/manage/index/team/"
SETTINGS = {"settings-title": "Team", "settings-visibility": "members"}
# Every page and every deed at one index, with a form that would be good.
DOORS = [
    ("get", PAGE, {}),
    ("post", f"{PAGE}settings", SETTINGS),
    ("post", f"{PAGE}bases", {"bases-base": "staging"}),
    ("post", f"{PAGE}bases/main/remove", {}),
    ("post", f"{PAGE}rights", {"rights-username": "mallory", "rights-right": "admin"}),
    ("post", f"{PAGE}rights/olga/take", {}),
    ("post", f"{PAGE}claims", {"claims-name": "foo"}),
    ("post", f"{PAGE}claims/bar/release", {}),
    ("post", f"{PAGE}remove", {"removal-confirmation": "team"}),
]
MIRROR = ("post", "/manage/index/pypi/upstream", {"upstream-upstream_url": "https://a.example/"})
# What only who runs the site may.
SITE = [
    ("post", "/manage/indexes/", {"slug": "new-one", "title": "x", "kind": "hosted"}),
    ("get", "/manage/reserved/", {}),
    ("post", "/manage/reserved/", {"pattern": "evil-*"}),
    ("post", "/manage/reserved/acme-*/free", {}),
    MIRROR,
]


@pytest.fixture
def team(app):
    """Give an index with a base, a claim and its administrator, olga, beside a reserved name."""
    make_index("team", bases=["main"])
    olga = make_account("olga")
    grant(get_index("team").id, olga.id, "admin")
    db.session.commit()
    with transaction():
        claim_name(OPERATOR, get_index("team"), "bar")
        reserve("acme-*")
    return olga


@pytest.fixture
def olga(client, team):
    """Give the administrator of the index, who is logged in with the client."""
    sign_in(client, team)
    return team


@pytest.fixture
def boss(client, team):
    """Give who runs the site, logged in with the client."""
    account = make_account("boss", is_admin=True)
    sign_in(client, account)
    return account


def snapshot():
    db.session.expire_all()
    index = get_index("team")
    return (
        [(each.slug, each.title, each.visibility, each.upstream_url) for each in list_indexes()],
        [base.slug for base in list_bases(index.id)],
        [claim.normalized_name for claim, _ in list_claims(index.id)],
        [row.pattern for row in list_reserved()],
        list(db.session.scalars(select(Entry.id))),
    )


def send(browser, door):
    method, path, form = door
    return getattr(browser, method)(path, data=form)


@pytest.mark.parametrize("door", [*DOORS, *SITE], ids=lambda door: " ".join(door[:2]))
def test_nobody_is_sent_to_log_in(app, team, door):
    before = snapshot()
    answer = send(app.test_client(), door)
    assert answer.status_code in {302, 303}
    assert "/account/login" in answer.location
    assert snapshot() == before


@pytest.mark.parametrize("right", [None, "read", "upload"])
@pytest.mark.parametrize("door", [*DOORS, *SITE], ids=lambda door: " ".join(door[:2]))
def test_who_does_not_administer_is_refused(app, team, right, door):
    mallory = make_account("mallory")
    if right:
        grant(get_index("team").id, mallory.id, right)
        db.session.commit()
    before = snapshot()
    assert send(sign_in(app.test_client(), mallory), door).status_code == 403
    assert snapshot() == before


@pytest.mark.parametrize("door", SITE, ids=lambda door: " ".join(door[:2]))
def test_the_administrator_of_an_index_does_not_run_the_site(app, olga, client, door):
    grant(get_index("pypi").id, olga.id, "admin")
    db.session.commit()
    before = snapshot()
    assert send(client, door).status_code == 403
    assert snapshot() == before


@pytest.mark.parametrize("door", DOORS, ids=lambda door: " ".join(door[:2]))
def test_the_administrator_of_another_index_is_refused(app, team, door):
    other = make_account("other")
    grant(get_index("staging").id, other.id, "admin")
    db.session.commit()
    assert send(sign_in(app.test_client(), other), door).status_code == 403


@pytest.mark.parametrize("door", DOORS, ids=lambda door: " ".join(door[:2]))
def test_an_index_that_may_not_be_read_is_as_if_it_were_not_there(app, team, door):
    mallory = sign_in(app.test_client(), make_account("mallory"))
    with transaction():
        get_index("team").visibility = "members"
    method, path, form = door
    hidden = send(mallory, door)
    missing = send(mallory, (method, path.replace("/team/", "/none/"), form))
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert soup(hidden).main.text == soup(missing).main.text


@pytest.mark.parametrize("who", ["olga", "boss"])
@pytest.mark.parametrize("door", DOORS, ids=lambda door: " ".join(door[:2]))
def test_administrators_are_let_in(client, request, who, door):
    request.getfixturevalue(who)
    make_account("mallory", uploads=False)
    answer = send(client, door)
    assert answer.status_code == (200 if door[0] == "get" else 303)


@pytest.mark.parametrize("door", SITE, ids=lambda door: " ".join(door[:2]))
def test_who_runs_the_site_is_let_in(client, boss, door):
    form = {**door[2], "visibility": "public"} if "slug" in door[2] else door[2]
    answer = send(client, (*door[:2], form))
    assert answer.status_code == (200 if door[0] == "get" else 303)


@pytest.mark.parametrize(
    "door",
    [door for door in (*DOORS, *SITE) if door[0] == "post"],
    ids=lambda door: " ".join(door[:2]),
)
def test_a_form_without_its_token_is_refused(client, app, boss, monkeypatch, door):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    before = snapshot()
    assert send(client, door).status_code == 400
    assert snapshot() == before


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(
    "path", ["/manage/indexes/", PAGE, "/manage/index/pypi/", "/manage/reserved/"]
)
def test_pages_are_well_formed(client, boss, path, language):
    client.set_cookie("locale", language)
    answer = client.get(path)
    assert answer.status_code == 200
    assert faults(answer) == []
    assert answer.headers["Cache-Control"] == "no-store"


def listed(client):
    return [link.text for link in soup(client.get("/manage/indexes/")).select("tbody th a")]


def test_each_sees_what_they_administer(app, client, olga):
    assert listed(client) == ["team"]
    assert listed(sign_in(app.test_client(), make_account())) == []
    boss = sign_in(app.test_client(), make_account(is_admin=True))
    assert listed(boss) == ["main", "pypi", "staging", "team"]


def test_only_who_runs_the_site_is_offered_to_make_an_index(app, client, olga):
    assert soup(client.get("/manage/indexes/")).find(id="slug") is None
    boss = sign_in(app.test_client(), make_account(is_admin=True))
    assert soup(boss.get("/manage/indexes/")).find(id="slug")["required"] == ""


def test_the_menu_leads_who_runs_the_site_to_the_indexes(client, boss):
    links = [link["href"] for link in soup(client.get("/")).select(".menu a")]
    assert "/manage/indexes/" in links


def test_the_list_asks_the_same_for_one_and_for_many(client, boss, queries):
    client.get("/manage/indexes/")
    queries.clear()
    client.get("/manage/indexes/")
    few = len(queries)
    for number in range(8):
        make_index(f"i{number}", bases=["main"])
    queries.clear()
    client.get("/manage/indexes/")
    assert len(queries) == few <= 4


def test_the_page_of_an_index_asks_the_same_for_one_base_and_for_many(client, olga, queries):
    client.get(PAGE)
    queries.clear()
    client.get(PAGE)
    few = len(queries)
    for number in range(6):
        make_index(f"i{number}")
        client.post(f"{PAGE}bases", data={"bases-base": f"i{number}"})
        grant(get_index("team").id, make_account().id, "read")
    db.session.commit()
    client.get(PAGE)
    queries.clear()
    client.get(PAGE)
    assert len(queries) == few <= 14


def test_the_rules_of_an_index_are_one_step_away(client, olga):
    assert soup(client.get(PAGE)).find("a", href=f"{PAGE}policy")
    assert client.get(f"{PAGE}policy").status_code == 200


def test_an_index_is_made(client, boss):
    form = {"slug": "corp", "title": "Corp", "kind": "mirror", "visibility": "signed-in"}
    answer = client.post("/manage/indexes/", data=form)
    assert (answer.status_code, answer.location) == (303, "/manage/index/corp/")
    index = get_index("corp")
    assert (index.title, index.kind, index.visibility) == ("Corp", "mirror", "signed-in")
    entry = db.session.scalars(select(Entry).order_by(Entry.id.desc())).first()
    assert (entry.tag, entry.actor, entry.account_id) == ("index-opened", "boss", boss.id)


@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        ({"slug": "Corp"}, 400, "slug"),
        ({"slug": "all"}, 400, "slug"),
        ({"slug": "main"}, 409, "slug"),
        ({"title": ""}, 400, "title"),
        ({"kind": "copy"}, 400, "kind"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(client, boss, facts, code, field):
    form = {"slug": "corp", "title": "Corp", "kind": "hosted", "visibility": "public"} | facts
    answer = client.post("/manage/indexes/", data=form)
    assert answer.status_code == code
    page = soup(answer)
    assert page.find(id=f"{field}-errors")
    assert page.find(id=field)["aria-invalid"] == "true"
    assert faults(answer) == []


def test_settings_are_changed_and_only_the_changes_told(client, olga):
    before = set(db.session.scalars(select(Entry.id)))
    form = {
        **{"settings-title": "The team", "settings-visibility": "public"},
        **{"settings-minimum_age_days": "3", "settings-only_allowed": "y"},
        **{"settings-local_versions": "y", "settings-linux_wheels": "y"},
    }
    answer = client.post(f"{PAGE}settings", data=form)
    assert (answer.status_code, answer.location) == (303, f"{PAGE}#settings")
    index = get_index("team")
    assert index.title == "The team"
    assert index.settings == {"minimum_age_days": 3, "only_allowed": True, "deletion": False}
    entries = db.session.scalars(select(Entry).where(Entry.id.not_in(before)).order_by(Entry.id))
    assert [(entry.tag, entry.actor) for entry in entries] == [
        ("title-changed", "olga"),
        ("age-changed", "olga"),
        ("rule-changed", "olga"),
        ("page-rule-changed", "olga"),
    ]


@pytest.mark.parametrize("age", ["-1", "soon", "3651", "99999", "1.5"])
def test_an_age_that_is_none_is_refused(client, olga, age):
    form = {**SETTINGS, "settings-visibility": "public", "settings-minimum_age_days": age}
    answer = client.post(f"{PAGE}settings", data=form)
    assert answer.status_code == 400
    assert soup(answer).find(id="settings-minimum_age_days-errors")
    assert get_index("team").settings == {}


def bases():
    db.session.expire_all()
    return [base.slug for base in list_bases(get_index("team").id)]


def test_bases_are_added_moved_and_removed(client, olga):
    client.post(f"{PAGE}bases", data={"bases-base": "staging"})
    seen = [bases()]
    for step in ("staging/up", "staging/up", "staging/down", "main/down", "staging/remove"):
        assert client.post(f"{PAGE}bases/{step}").status_code == 303
        seen.append(bases())
    assert seen == [
        ["main", "staging"],
        ["staging", "main"],
        ["staging", "main"],
        ["main", "staging"],
        ["staging", "main"],
        ["main"],
    ]


def test_only_what_can_be_a_base_is_offered(client, olga):
    make_index("secret", visibility="members")
    make_index("top", bases=["team"])
    options = soup(client.get(PAGE)).select("#bases-base option")
    assert [option["value"] for option in options] == ["pypi", "staging"]


@pytest.mark.parametrize("base", ["team", "top", "secret", "nothing", "main", ""])
def test_what_is_not_offered_cannot_be_chosen(client, olga, base):
    make_index("secret", visibility="members")
    make_index("top", bases=["team"])
    answer = client.post(f"{PAGE}bases", data={"bases-base": base})
    assert answer.status_code == 400
    assert bases() == ["main"]


def test_a_base_that_is_not_there_cannot_be_moved(client, olga):
    assert client.post(f"{PAGE}bases/nothing/up").status_code == 303
    assert client.post(f"{PAGE}bases/main/sideways").status_code == 404
    assert bases() == ["main"]


def test_an_upstream_is_changed_by_who_runs_the_site(client, boss):
    assert send(client, MIRROR).location == "/manage/index/pypi/#upstream"
    assert get_index("pypi").upstream_url == "https://a.example/"
    assert "This mirror copies a.example." in text(client.get("/manage/index/pypi/"))


def text(answer):
    return " ".join(soup(answer).main.get_text(" ").split()).replace(" .", ".")


@pytest.mark.parametrize("url", ["ftp://a.example/", "a.example", "https://u:p@a.example/"])
def test_an_upstream_that_cannot_be_is_refused(client, boss, url):
    answer = client.post("/manage/index/pypi/upstream", data={"upstream-upstream_url": url})
    assert answer.status_code == 400
    assert soup(answer).find(id="upstream-upstream_url-errors")
    assert get_index("pypi").upstream_url is None


def test_an_upstream_of_the_configuration_is_told_without_its_login(client, app, boss, monkeypatch):
    configured = {"pypi": "https://user:password@packages.example.com/simple/"}
    monkeypatch.setitem(app.config, "UPSTREAMS", configured)
    page = client.get("/manage/index/pypi/").text
    assert "packages.example.com" in page
    assert "UPSTREAM_URL" in page
    assert "password@" not in page


def test_rights_are_given_changed_and_taken(client, olga):
    mallory = make_account("mallory", uploads=False)
    seen = []
    for right in ("read", "admin"):
        client.post(f"{PAGE}rights", data={"rights-username": "Mallory", "rights-right": right})
        db.session.expire_all()
        seen.append(find_right(get_index("team").id, mallory.id))
    client.post(f"{PAGE}rights/mallory/take")
    db.session.expire_all()
    assert [*seen, find_right(get_index("team").id, mallory.id)] == ["read", "admin", None]


def test_somebody_who_is_not_there_gets_no_right(client, olga):
    answer = client.post(f"{PAGE}rights", data={"rights-username": "x", "rights-right": "read"})
    assert answer.status_code == 404
    assert "There is no account" in answer.text
    assert client.post(f"{PAGE}rights/nobody/take").status_code == 303


def test_who_gives_up_the_own_right_is_led_away(client, olga):
    assert client.post(f"{PAGE}rights/olga/take").location == "/manage/indexes/"
    assert client.get(PAGE).status_code == 403


def test_a_name_is_claimed_and_released(client, olga):
    client.post(f"{PAGE}claims", data={"claims-name": "Foo_Bar", "claims-reason": "ours"})
    names = [claim.normalized_name for claim, _ in list_claims(get_index("team").id)]
    client.post(f"{PAGE}claims/foo-bar/release")
    after = [claim.normalized_name for claim, _ in list_claims(get_index("team").id)]
    assert (names, after) == (["bar", "foo-bar"], ["bar"])


@pytest.mark.parametrize(("name", "code"), [("bar", 409), ("taken", 409), ("-", 400), ("", 400)])
def test_a_name_that_cannot_be_claimed_is_refused(client, olga, name, code):
    make_project("taken")
    answer = client.post(f"{PAGE}claims", data={"claims-name": name})
    assert answer.status_code == code
    assert soup(answer).find(id="claims-name-errors")


def test_whose_a_name_is_is_told(client, olga):
    make_project("foo")
    told = [
        soup(client.get(f"{PAGE}?origin={name}")).select_one("#origin ~ p") for name in ("Foo", "-")
    ]
    assert told[0].text == "foo is published in main."
    assert "begins and ends with a letter" in told[1].text


def test_an_index_is_removed_and_dependents_are_told_of(client, olga):
    make_index("top", bases=["team"])
    make_index("hidden", bases=["team"], visibility="members")
    page = text(client.get(PAGE))
    assert "will go on without it: top and others that you may not see (1)" in page
    assert "hidden" not in page
    answer = client.post(f"{PAGE}remove", data={"removal-confirmation": "team"})
    assert (answer.status_code, answer.location) == (303, "/manage/indexes/")
    assert find_index("team") is None
    assert "2 indexes work without it from now on." in client.get(answer.location).text


def test_an_index_with_projects_is_removed_only_when_that_is_ticked(client, olga):
    make_release(make_project("foo", index=get_index("team")))
    page = soup(client.get(PAGE))
    assert "1 project is published in it." in " ".join(page.main.text.split())
    form = {"removal-confirmation": "team"}
    refused = client.post(f"{PAGE}remove", data=form)
    assert refused.status_code == 409
    assert soup(refused).find(id="removal-with_projects-errors")
    done = client.post(f"{PAGE}remove", data={**form, "removal-with_projects": "y"})
    assert done.status_code == 303
    assert find_index("team") is None


@pytest.mark.parametrize(
    ("slug", "typed", "code"), [("team", "main", 400), ("team", "", 400), ("main", "main", 409)]
)
def test_an_index_that_should_stay_stays(client, boss, slug, typed, code):
    answer = client.post(f"/manage/index/{slug}/remove", data={"removal-confirmation": typed})
    assert answer.status_code == code
    assert find_index(slug) is not None


def test_a_pattern_is_reserved_and_freed(client, boss):
    client.post("/manage/reserved/", data={"pattern": "Lab_*", "reason": "ours"})
    seen = [[row.pattern for row in list_reserved()]]
    page = soup(client.get("/manage/reserved/"))
    ways = [form["action"] for form in page.select("tbody form")]
    assert client.post(ways[1]).location == "/manage/reserved/"
    seen.append([row.pattern for row in list_reserved()])
    assert seen == [["acme-*", "lab-*"], ["acme-*"]]


@pytest.mark.parametrize(("pattern", "code"), [("*", 400), ("a*", 400), ("acme-*", 409)])
def test_a_pattern_that_cannot_be_reserved_is_refused(client, boss, pattern, code):
    answer = client.post("/manage/reserved/", data={"pattern": pattern})
    assert answer.status_code == code
    assert soup(answer).find(id="pattern-errors")


def test_a_pattern_that_is_not_reserved_is_not_found(client, boss):
    assert client.post("/manage/reserved/lab-*/free").status_code == 404


def test_who_claims_an_upstreams_name_is_told(client, app, olga, monkeypatch):
    monkeypatch.setitem(app.config, "UPSTREAMS", {"pypi": "https://packages.example.com/simple/"})
    row = Listing(index_id=get_index("pypi").id, normalized_name="far-away", name="Far.Away")
    db.session.add(row)
    db.session.commit()
    answer = client.post(f"{PAGE}claims", data={"claims-name": "far_away"})
    assert "An upstream has far-away too." in client.get(answer.location).text


def test_the_page_tells_what_goes_by_itself(client):
    sign_in(client, make_account("ruler", is_admin=True))
    assert "No rule lets releases go." in client.get("/manage/index/main/").text
    with transaction():
        set_rule(get_index(), Rule(pattern="acme-*", keep_newest=3, downloaded_days=90, age_days=7))
        set_rule(get_index(), Rule(pattern="acme-core"))
    page = client.get("/manage/index/main/").text
    for told in ("the 3 newest releases", "within 90 days", "Everything", "not switched that on"):
        assert told in page
    with transaction():
        switch_on()
    assert "Once a day" in client.get("/manage/index/main/").text
