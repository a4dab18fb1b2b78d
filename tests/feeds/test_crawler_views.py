from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin
from urllib.robotparser import RobotFileParser

import pytest

from app.core.database import transaction
from app.extensions import db
from app.feeds.crawler_views import CLOSED
from app.indexes.queries import get_index
from app.pages.services import withdraw

SITE = "http://localhost"
CONTACT = "security+tilsit@example.org"


def rules(answer):
    assert answer.mimetype == "text/plain"
    parser = RobotFileParser()
    parser.parse(answer.text.splitlines())
    return parser


def close_main():
    get_index().visibility = "members"
    db.session.commit()


@pytest.mark.parametrize("path", [*CLOSED, "simple/weftline/", "index/team/", "search?q=a"])
def test_crawlers_leave_machines_pages_and_private_ones_alone(client, path):
    assert not rules(client.get("/robots.txt")).can_fetch("*", f"{SITE}/{path}")


@pytest.mark.parametrize(
    "path", ["", "project/weftline/", "user/ada/", "classifiers/", "indexes/", "sitemap.xml"]
)
def test_crawlers_may_read_what_people_read(client, path):
    assert rules(client.get("/robots.txt")).can_fetch("*", f"{SITE}/{path}")


def test_crawlers_are_told_where_the_map_is(client):
    assert rules(client.get("/robots.txt")).site_maps() == [f"{SITE}/sitemap.xml"]


def test_the_rules_are_right_behind_a_prefix(client):
    base = "https://packages.example.org/python"
    answer = client.get("/robots.txt", base_url=base)
    assert rules(answer).site_maps() == [f"{base}/sitemap.xml"]
    assert not rules(answer).can_fetch("*", f"{base}/simple/")


def test_the_rules_are_those_of_the_configured_site(app, client, monkeypatch):
    base = "https://packages.example.org/python"
    monkeypatch.setitem(app.config, "SITE_URL", base)
    answer = client.get("/robots.txt", base_url="http://10.0.0.1:5000")
    assert rules(answer).site_maps() == [f"{base}/sitemap.xml"]
    assert "Disallow: /python/simple/" in answer.text.splitlines()


def test_a_site_that_is_not_for_everyone_is_for_no_crawler(client):
    close_main()
    found = rules(client.get("/robots.txt"))
    assert not found.can_fetch("*", f"{SITE}/")
    assert not found.can_fetch("*", f"{SITE}/about")
    assert found.site_maps() is None


@pytest.fixture
def contact(app, monkeypatch):
    """Let the operator have said who takes reports."""
    monkeypatch.setitem(app.config, "CONTACT_EMAIL", CONTACT)


def fields(answer):
    assert answer.status_code == 200
    return dict(line.split(": ", 1) for line in answer.text.splitlines())


def test_who_found_a_hole_learns_whom_to_tell(client, contact, now):
    now(datetime(2030, 1, 1, 9, tzinfo=UTC))
    answer = client.get("/.well-known/security.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert fields(answer) == {
        "Contact": f"mailto:{CONTACT}",
        "Expires": "2030-06-30T00:00:00Z",
        "Preferred-Languages": "en, de",
        "Canonical": f"{SITE}/.well-known/security.txt",
        "Policy": f"{SITE}/security",
    }


def test_what_is_said_of_holes_never_expires_while_it_is_served(client, contact, now):
    at = now(datetime(2031, 12, 31, 23, 59, tzinfo=UTC))
    until = datetime.fromisoformat(fields(client.get("/.well-known/security.txt"))["Expires"])
    assert timedelta(days=30) < until - at < timedelta(days=365)


def test_a_contact_cannot_add_fields(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "CONTACT_EMAIL", "a@example.org\nExpires: never")
    lines = client.get("/.well-known/security.txt").text.splitlines()
    assert lines[0] == "Contact: mailto:a@example.org%0AExpires%3A%20never"
    assert len(lines) == 5


def test_a_policy_that_was_withdrawn_is_not_named(client, contact):
    with transaction():
        for locale in ("en", "de"):
            withdraw("/security", locale)
    assert "Policy" not in fields(client.get("/.well-known/security.txt"))


def test_nobody_is_named_whom_nobody_named(client):
    answer = client.get("/.well-known/security.txt")
    assert answer.status_code == 404
    assert answer.mimetype == "text/plain"


def test_the_file_is_found_at_its_old_place_too(client, contact):
    answer = client.get("/security.txt", base_url="http://localhost/python")
    assert answer.status_code == 301
    target = urljoin("/python/security.txt", answer.location)
    assert target == "/python/.well-known/security.txt"


def test_a_picture_is_found_at_its_old_place(client):
    answer = client.get("/favicon.ico")
    assert answer.status_code == 301
    assert client.get(answer.location, buffered=True).mimetype == "image/svg+xml"
