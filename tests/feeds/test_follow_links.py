"""The feeds that people see beside lists."""

import pytest

from app.accounts.actors import Actor
from app.core.database import transaction
from app.indexes.queries import get_index
from app.projects.queries import find_project
from app.projects.services import change_status
from tests.factories import make_index
from tests.feeds.publishing import publish
from tests.site.pages import faults, soup


def followed(client, address):
    answer = client.get(address)
    assert faults(answer) == []
    return {tag.text: tag["href"] for tag in soup(answer).select(".feed-links a")}


@pytest.mark.parametrize(
    ("address", "feed"),
    [
        ("/", "updates.xml"),
        ("/browse/newest/", "packages.xml"),
        ("/browse/releases/", "updates.xml"),
        ("/project/weftline/?tab=history", "project/weftline/releases.xml"),
    ],
)
def test_lists_of_what_is_new_lead_to_their_feeds(client, address, feed):
    publish()
    found = followed(client, address)
    assert found == {"RSS": f"/rss/{feed}", "Atom": f"/atom/{feed}"}
    assert all(client.get(url).status_code == 200 for url in found.values())


@pytest.mark.parametrize("address", ["browse/newest/", "browse/releases/"])
def test_lists_of_another_index_lead_to_feeds_of_it(client, address):
    publish(index=make_index("team"))
    found = followed(client, f"/index/team/{address}")
    assert all(url.startswith("/index/team/") for url in found.values())
    head = soup(client.get(f"/index/team/{address}")).head
    named = {tag["href"] for tag in head.select("link[rel=alternate][type]")}
    assert set(found.values()) < named
    assert all(client.get(url).status_code == 200 for url in named)


def test_feeds_are_in_the_language_of_the_reader(client):
    publish()
    assert followed(client, "/?lang=de")["RSS"] == "/rss/updates.xml?lang=de"


def test_a_project_in_quarantine_has_no_feed_to_follow(client):
    publish()
    with transaction():
        project = find_project(get_index().id, "weftline")
        change_status(Actor(is_admin=True), project.id, "quarantined")
    assert followed(client, "/project/weftline/?tab=history") == {}
