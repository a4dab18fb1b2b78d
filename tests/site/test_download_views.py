import csv
import io
from datetime import timedelta

import pytest

from app.core import clock
from app.core.database import transaction
from app.indexes.queries import get_index
from app.indexes.services import change_visibility
from app.site.downloads import downloads_of
from app.stats.agents import Agent
from app.stats.counter import Download
from app.stats.services import add_downloads
from tests.factories import make_file, make_project, make_release
from tests.site.pages import inline, soup


@pytest.fixture
def foo(app, now):
    """Give a project that was downloaded by two kinds of callers."""
    now(clock.now())
    today, file = clock.today(), make_file(make_release(make_project("Foo"), "1.0"))
    uv, pip = Agent("uv", "3.13", "Linux"), Agent("pip", "", "Windows")
    with transaction():
        add_downloads(
            {
                Download(today, "main", file.sha256, file.filename, uv): 3,
                Download(today - timedelta(days=40), "main", file.sha256, file.filename, pip): 2,
            }
        )
    return file


def test_a_project_tells_how_often_it_was_downloaded(app, foo):
    with app.test_request_context():
        view = downloads_of("main", "foo")
    assert (view.recent, view.yearly) == (3, 5)
    assert view.days.bars[-1].text == "3"
    assert [bar.label for bar in view.shares[2].bars] == ["uv", "pip"]


def test_two_statements_are_enough(app, foo, queries):
    with app.test_request_context():
        queries.clear()
        downloads_of("main", "foo")
    assert len(queries) == 2


def test_the_tab_has_charts_that_are_pictures_with_words_and_tables(client, foo):
    page = soup(client.get("/project/foo/?tab=downloads"))
    assert page.select_one(".tabs [aria-current]").text == "Downloads"
    pictures = page.select("svg[role=img]")
    assert len(pictures) == 2
    for picture in pictures:
        for name in picture["aria-labelledby"].split():
            assert page.find(id=name).get_text(strip=True)
    assert len(page.select("details table")) == 6
    assert "3 (60.0%)" in page.get_text()
    assert not inline(page)


def test_without_downloads_there_are_no_charts(client):
    make_file(make_release(make_project("other"), "1.0"))
    page = soup(client.get("/project/other/?tab=downloads"))
    assert not page.select("svg[role=img]")
    assert "Nobody has downloaded" in page.get_text()


def test_programs_get_json(client, foo):
    told = client.get("/project/Foo/downloads?format=json").json
    assert told["name"] == "Foo"
    assert told["days"][f"{clock.today()}"] == 3
    assert sum(told["months"].values()) == 5
    assert told["last_12_months_by"]["python"] == {"3.13": 3, "": 2}
    assert told["last_12_months_by"]["version"] == {"1.0": 5}


def test_spreadsheets_get_csv(client, foo):
    answer = client.get("/project/foo/downloads?format=csv")
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows[0] == ["kind", "value", "downloads"]
    assert ["system", "Linux", "3"] in rows
    assert answer.mimetype == "text/csv"


def test_people_are_led_to_the_page(client, foo):
    for address in ("/project/Foo/downloads", "/project/Foo/downloads?format=x"):
        answer = client.get(address)
        assert (answer.status_code, answer.location) == (302, "/project/foo/?tab=downloads")


def test_of_an_unknown_project_nothing_is_told(client, foo):
    assert client.get("/project/bar/downloads?format=json").status_code == 404


def test_strangers_learn_nothing_of_a_private_index(client, foo):
    with transaction():
        change_visibility(get_index(), "members")
    for name in ("foo", "unknown"):
        assert client.get(f"/project/{name}/downloads?format=json").status_code == 303
