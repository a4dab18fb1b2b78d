import gzip
from datetime import timedelta
from urllib.parse import urljoin

import pytest

from app.accounts.actors import OPERATOR
from app.core.database import transaction
from app.extensions import db
from app.indexes.models import NameClaim
from app.indexes.queries import get_index
from app.indexes.services import grant
from app.policy.rules import BLOCK
from app.policy.services import add_rule
from app.projects.queries import find_project
from app.projects.services import yank
from app.search.services import learn_name
from tests.factories import (
    basic,
    make_account,
    make_file,
    make_index,
    make_project,
    make_release,
    make_token,
    relist_all,
    sign_in,
)
from tests.feeds.publishing import NOON, mirror, publish
from tests.feeds.reading import ATOM, DC, items, root_of, titles

LISTS = ("packages", "updates")
FORMATS = ("rss", "atom")


@pytest.mark.parametrize("form", FORMATS)
def test_newest_releases_come_first(client, form):
    publish("Old_Hand", "1.0", hours=0)
    publish("weftline", "2.0", hours=2)
    publish("weftline", "1.9", hours=1)
    assert titles(client.get(f"/{form}/updates.xml")) == [
        "weftline 2.0",
        "weftline 1.9",
        "Old_Hand 1.0",
    ]


@pytest.mark.parametrize("form", FORMATS)
def test_a_project_is_new_since_its_first_release(client, form):
    publish("second", "1.0", hours=1)
    publish("first", "1.0", hours=0)
    publish("first", "2.0", hours=2)
    assert titles(client.get(f"/{form}/packages.xml")) == ["second", "first"]


@pytest.mark.parametrize("form", FORMATS)
def test_releases_of_one_project_come_by_their_times(client, form):
    publish("weftline", "1.0", hours=0)
    publish("weftline", "2.0", hours=1)
    publish("weftline", "1.1", hours=2)
    publish("other", "3.0", hours=3)
    feed = client.get(f"/{form}/project/weftline/releases.xml")
    assert titles(feed) == ["1.1", "2.0", "1.0"]


def test_an_entry_of_rss_tells_what_it_is_about(client):
    publish(
        "Weft_Line", "2.0", summary="Weaves & <b>knots</b>", author_email="Ada <ada@example.org>"
    )
    address = "http://localhost/project/weft-line/2.0/"
    assert items(client.get("/rss/updates.xml")) == [
        {
            "title": "Weft_Line 2.0",
            "link": address,
            "guid": address,
            # Readers take it for HTML.
            "description": "Weaves &amp; &lt;b&gt;knots&lt;/b&gt;",
            "pubDate": "Tue, 01 May 2091 12:00:00 GMT",
            f"{DC}creator": "Ada",
        }
    ]


def test_an_entry_of_atom_tells_what_it_is_about(client):
    publish("weftline", "2.0", summary="Weaves & <b>knots</b>", author="Ada")
    entry = root_of(client.get("/atom/updates.xml")).find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == "http://localhost/project/weftline/2.0/"
    assert entry.findtext(f"{ATOM}summary") == "Weaves & <b>knots</b>"
    assert entry.findtext(f"{ATOM}updated") == "2091-05-01T12:00:00Z"
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Ada"


def test_nobodys_address_is_told(client):
    publish("weftline", author_email="ada@example.org", maintainer_email="bob@example.org")
    for form in FORMATS:
        assert "@example.org" not in client.get(f"/{form}/updates.xml").text


def test_feeds_say_where_they_are(client):
    publish()
    rss = root_of(client.get("/rss/updates.xml?x=1")).find("channel")
    assert rss.find(f"{ATOM}link").get("href") == "http://localhost/rss/updates.xml"
    assert rss.findtext("link") == "http://localhost/"
    atom = root_of(client.get("/atom/packages.xml"))
    assert atom.findtext(f"{ATOM}id") == "http://localhost/atom/packages.xml"


def test_addresses_are_right_behind_a_prefix(client):
    publish()
    feed = client.get("/rss/updates.xml", base_url="https://packages.example.org/python")
    assert [item["link"] for item in items(feed)] == [
        "https://packages.example.org/python/project/weftline/1.0/"
    ]
    assert "https://packages.example.org/python/rss/updates.xml" in feed.text


def test_addresses_are_those_of_the_configured_site(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "SITE_URL", "https://packages.example.org/python")
    publish()
    feed = client.get("/atom/updates.xml", base_url="http://10.0.0.1:5000/")
    assert "10.0.0.1" not in feed.text
    assert "https://packages.example.org/python/project/weftline/1.0/" in feed.text


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("form", FORMATS)
def test_an_empty_feed_is_one(client, kind, form):
    assert titles(client.get(f"/{form}/{kind}.xml")) == []


HOSTILE = "a\x00b\x01\x1f\ud800 \U0001f41b \u202eevil\u202c ]]> <!-- &amp; \ufffe \"'"


@pytest.mark.parametrize("path", ["updates", "packages", "project/weftline/releases"])
@pytest.mark.parametrize("form", FORMATS)
def test_feeds_are_well_formed_whatever_strangers_wrote(client, form, path):
    # No database keeps a NUL or half a character.
    text = HOSTILE.replace("\x00", "").replace("\ud800", "")
    publish("weftline", summary=text, author=text)
    feed = client.get(f"/{form}/{path}.xml")
    assert len(titles(feed)) == 1
    assert "\U0001f41b" in feed.text
    assert "\x01" not in feed.text


def test_a_feed_has_at_most_a_hundred_entries(client):
    project = make_project("weftline")
    for number in range(105):
        at = NOON + timedelta(minutes=number)
        make_file(make_release(project, f"1.{number}", published_at=at))
    relist_all()
    for path in ("updates", "project/weftline/releases"):
        found = titles(client.get(f"/rss/{path}.xml"))
        assert len(found) == 100
        assert found[0].endswith("1.104")


# What is no news


def test_what_was_yanked_is_no_news(client):
    publish("weftline", "1.0")
    publish("weftline", "2.0", yanked="")
    publish("taken-back", "1.0", yanked="bad")
    assert titles(client.get("/rss/updates.xml")) == ["weftline 1.0"]
    assert titles(client.get("/rss/packages.xml")) == ["weftline"]
    assert titles(client.get("/rss/project/weftline/releases.xml")) == ["1.0"]


def test_what_was_removed_is_no_news(client):
    publish("weftline", "1.0")
    publish("weftline", "2.0", removed_at=NOON)
    gone = publish("gone").project
    gone.removed_at = NOON
    db.session.commit()
    relist_all()
    assert titles(client.get("/rss/updates.xml")) == ["weftline 1.0"]
    assert titles(client.get("/rss/packages.xml")) == ["weftline"]
    assert client.get("/rss/project/gone/releases.xml").status_code == 404


def test_what_is_in_quarantine_is_no_news(client):
    bad = publish("bad").project
    bad.status = "quarantined"
    half = publish("half", "2.0")
    half.files[0].quarantined_at = NOON
    db.session.commit()
    relist_all()
    assert titles(client.get("/rss/updates.xml")) == []
    assert titles(client.get("/rss/project/half/releases.xml")) == []
    assert client.get("/rss/project/bad/releases.xml").status_code == 404


def test_what_rules_hold_back_is_no_news(client):
    publish("weftline", "1.0", hours=0)
    publish("weftline", "2.0", hours=1)
    publish("shut")
    with transaction():
        add_rule(get_index(), BLOCK, "weftline", "==2.0")
        add_rule(get_index(), BLOCK, "shut")
    assert titles(client.get("/rss/updates.xml")) == ["weftline 1.0"]
    assert "shut" not in titles(client.get("/rss/packages.xml"))


def test_what_is_blocked_hides_nothing_behind_it(client):
    publish("weftline", "1.0")
    for number in range(150):
        name = f"blocked{number}"
        make_file(make_release(make_project(name), published_at=NOON + timedelta(hours=1)))
    relist_all()
    with transaction():
        add_rule(get_index(), BLOCK, "blocked*")
    assert titles(client.get("/rss/updates.xml")) == ["weftline 1.0"]
    assert titles(client.get("/rss/packages.xml")) == ["weftline"]


# Upstreams


def test_mirrored_projects_are_news_beside_our_own(far, client):
    publish("weftline", "1.0", hours=1)
    mirror(far, "far-away", "3.0", hours=2)
    mirror(far, "far-off", "1.0", hours=0)
    expected = ["far-away 3.0", "weftline 1.0", "far-off 1.0"]
    assert titles(client.get("/rss/updates.xml")) == expected
    assert titles(client.get("/rss/packages.xml")) == ["far-away", "weftline", "far-off"]


def test_what_is_too_young_is_no_news(far, client, now):
    mirror(far, "far-away", "3.0", hours=2)
    now(NOON + timedelta(days=3))
    assert titles(client.get("/rss/updates.xml")) == []
    assert titles(client.get("/rss/packages.xml")) == []


def test_a_name_of_ours_hides_an_upstreams_project(far, client):
    mirror(far, "weftline", "99.0", hours=2)
    mirror(far, "claimed", "1.0", hours=2)
    publish("weftline", "1.0", hours=1)
    db.session.add(NameClaim(index_id=get_index().id, normalized_name="claimed", claimed_at=NOON))
    db.session.commit()
    for form in FORMATS:
        assert titles(client.get(f"/{form}/updates.xml")) == ["weftline 1.0"]
        assert titles(client.get(f"/{form}/packages.xml")) == ["weftline"]


def test_nothing_is_published_in_the_future(far, client):
    mirror(far, "far-away", "3.0", hours=24 * 365)
    with transaction():
        get_index().settings = {"minimum_age_days": 0}
    assert titles(client.get("/rss/updates.xml")) == []


def test_names_that_are_only_known_are_no_news(far, client):
    far.put("bare-name")
    far.freshen("bare-name")
    with transaction():
        learn_name(get_index("pypi").id, "bare-name")
    assert titles(client.get("/rss/packages.xml")) == []


def test_lists_ask_no_upstream(far, client):
    publish("weftline")
    client.get("/rss/updates.xml")
    client.get("/atom/packages.xml")
    assert far.asked == []


# Who may read


@pytest.fixture
def secret():
    """Give an index for members with a project in it."""
    index = make_index("secret", visibility="members")
    publish("hush-hush", index=index)
    return index


PRIVATE = [f"/index/secret/{form}/{kind}.xml" for form in FORMATS for kind in LISTS]
PRIVATE += [f"/index/secret/{form}/project/hush-hush/releases.xml" for form in FORMATS]


@pytest.mark.parametrize("path", PRIVATE)
def test_feeds_of_a_private_index_are_closed(client, secret, path):
    answer = client.get(path)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert "hush-hush" not in answer.text


@pytest.mark.parametrize("path", PRIVATE)
def test_members_read_the_feeds_of_a_private_index(client, secret, path):
    member = make_account("member")
    grant(secret.id, member.id, "read")
    db.session.commit()
    answer = client.get(path, headers=basic(make_token(member, scope="read")))
    assert len(titles(answer)) == 1
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert titles(sign_in(client, member).get(path)) == titles(answer)


@pytest.mark.parametrize("path", PRIVATE)
def test_strangers_with_a_token_may_not_read_a_private_index(client, secret, path):
    answer = client.get(path, headers=basic(make_token(make_account("stranger"))))
    assert answer.status_code == 403


@pytest.mark.parametrize("kind", LISTS)
def test_the_key_of_one_project_does_not_open_the_list_of_all(client, secret, kind):
    member = make_account("member")
    grant(secret.id, member.id, "upload")
    db.session.commit()
    key = basic(make_token(member, index_slug="secret", project="hush-hush"))
    assert client.get(f"/index/secret/rss/{kind}.xml", headers=key).status_code == 403


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_private_is_in_no_feed_of_others(client, secret, form):
    publish("weftline")
    for kind in LISTS:
        assert "hush-hush" not in client.get(f"/{form}/{kind}.xml").text
    assert client.get(f"/{form}/project/hush-hush/releases.xml").status_code == 404


@pytest.mark.parametrize("path", ["/index/nowhere/rss/updates.xml", "/rss/project/x/releases.xml"])
def test_what_is_not_there_is_answered_in_plain_text(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.mimetype == "text/plain"


def test_feeds_of_another_index_lead_to_its_pages(client):
    index = make_index("team")
    publish("weftline", index=index)
    base = "http://localhost/index/team"
    for path, link in [
        ("packages", ""),
        ("updates", "1.0/"),
        ("project/weftline/releases", "1.0/"),
    ]:
        feed = client.get(f"/index/team/rss/{path}.xml")
        assert [item["link"] for item in items(feed)] == [f"{base}/project/weftline/{link}"]
    assert root_of(feed).findtext("channel/link") == f"{base}/project/weftline/"
    assert titles(client.get("/rss/updates.xml")) == []


# Asking again


PUBLIC = ["/rss/updates.xml", "/atom/packages.xml", "/rss/project/weftline/releases.xml"]


@pytest.mark.parametrize("path", PUBLIC)
@pytest.mark.parametrize("encoding", ["gzip", ""])
def test_who_has_a_feed_already_is_told_so(client, path, encoding):
    publish("weftline")
    takes = {"Accept-Encoding": encoding}
    answer = client.get(path, headers=takes)
    again = client.get(path, headers=takes | {"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    publish("weftline", "2.0", hours=1)
    publish("new")
    changed = client.get(path, headers=takes | {"If-None-Match": answer.headers["ETag"]})
    assert changed.status_code == 200


def test_readers_without_tags_learn_what_changed_by_its_time(client, now):
    publish("weftline", "1.0")
    publish("weftline", "2.0", hours=1)
    moment = client.get("/rss/updates.xml").headers["Last-Modified"]
    since = {"If-Modified-Since": moment}
    assert client.get("/rss/updates.xml", headers=since).status_code == 304
    # What is taken back leaves older news than before.
    now(NOON + timedelta(days=31))
    with transaction():
        project = find_project(get_index().id, "weftline")
        yank(OPERATOR, project.releases[0].id, "bad")
    assert titles(client.get("/rss/updates.xml", headers=since)) == ["weftline 1.0"]


@pytest.mark.parametrize("path", PUBLIC)
def test_public_feeds_may_be_kept_for_a_moment_and_read_by_programs(client, path):
    publish("weftline")
    answer = client.get(path, headers={"Cookie": "session=x"})
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers["Vary"]


def test_feeds_come_compressed(client):
    publish("weftline")
    answer = client.get("/rss/updates.xml", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert b"weftline 1.0" in gzip.decompress(answer.get_data())


@pytest.mark.parametrize(
    ("form", "content_type"),
    [
        ("rss", "application/rss+xml; charset=utf-8"),
        ("atom", "application/atom+xml; charset=utf-8"),
    ],
)
def test_each_format_has_its_type(client, form, content_type):
    assert client.get(f"/{form}/updates.xml").headers["Content-Type"] == content_type


def test_a_feed_speaks_the_language_of_its_address_or_of_the_site(client):
    publish("weftline")
    german = {"Accept-Language": "de"}
    answer = client.get("/rss/updates.xml", headers=german)
    assert root_of(answer).findtext("channel/language") == "en"
    answer = client.get("/rss/updates.xml?lang=de", headers={"Accept-Language": "en"})
    assert root_of(answer).findtext("channel/language") == "de"
    itself = root_of(answer).find(f"channel/{ATOM}link").get("href")
    assert itself == "http://localhost/rss/updates.xml?lang=de"


def test_another_spelling_of_a_name_leads_to_the_feed(client):
    publish("Weft_Line")
    answer = client.get("/rss/project/Weft_Line/releases.xml", base_url="http://localhost/python")
    assert answer.status_code == 301
    target = urljoin("/python/rss/project/Weft_Line/releases.xml", answer.location)
    assert target == "/python/rss/project/weft-line/releases.xml"


@pytest.mark.parametrize("path", ["/rdf/updates.xml", "/rss/other.xml", "/rss/project/a/b.xml"])
def test_other_feeds_are_not_there(client, path):
    assert client.get(path).status_code == 404


def test_nobody_writes_to_a_feed(client):
    assert client.post("/rss/updates.xml").status_code == 405


@pytest.mark.parametrize("name", ["a" * 10_000, "%F0%9F%90%9B", "..", "%25", "'--", "\u202e"])
def test_bad_names_of_projects_are_answered(client, name):
    assert client.get(f"/rss/project/{name}/releases.xml").status_code in {308, 404}


@pytest.mark.parametrize("path", PUBLIC)
def test_the_number_of_queries_does_not_grow(client, queries, path):
    publish("weftline")
    client.get(path)
    queries.clear()
    client.get(path)
    few = len(queries)
    for number in range(30):
        publish("weftline", f"2.{number}", hours=number)
        publish(f"other{number}", hours=number)
    queries.clear()
    assert len(titles(client.get(path))) > 10 or "packages" not in path
    assert len(queries) <= few <= 10
