import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.core import clock
from app.core.database import transaction
from app.extensions import db
from app.indexes.queries import get_index
from app.indexes.services import change_visibility, remove_index
from app.projects.totals import recount_all
from app.search.models import Listing
from app.stats.agents import Agent
from app.stats.counter import Download
from app.stats.models import DownloadDay, DownloadMonth, ProjectDay, ProjectMonth
from app.stats.services import add_downloads
from tests.factories import make_file, make_index, make_project, make_release, relist_all
from tests.site.pages import faults, soup

UV = Agent("uv", "3.13", "Linux")


@pytest.fixture
def catalogue(app, now):
    """Give an index with two projects, one of them downloaded, and a private index."""
    now(clock.now())
    make_release(make_project("quiet"))
    secret = make_index("secret", visibility="members")
    for name, index, count in (("used", get_index(), 3), ("plan", secret, 40)):
        project = make_project(name, index=index)
        file = make_file(make_release(project, "1.0"), f"{name}-1.0.zip", name.encode())
        with transaction():
            download = Download(clock.today(), index.slug, file.sha256, file.filename, UV)
            add_downloads({download: count})
    relist_all()
    recount_all()


def told(client, address="/stats/"):
    return client.get(f"{address}?format=json").json


def test_the_page_tells_totals_and_shows_charts(client, catalogue):
    answer = client.get("/stats/")
    page = soup(answer)
    counters = {div.dt.text: div.dd.text.strip() for div in page.select(".counters div")}
    assert counters == {
        "Projects": "2",
        "Releases": "2",
        "Files": "1",
        "Downloads": "3",
        "Sent": "12 B",
    }
    assert len(page.select("svg[role=img]")) == 3
    assert "uv" in page.select_one("#client").get_text()
    assert not faults(answer)


def test_programs_get_json(client, catalogue):
    figures = told(client)
    month = f"{clock.today():%Y-%m}"
    assert figures["totals"] == {
        "projects": 2,
        "releases": 2,
        "files": 1,
        "projects_of_upstreams": 0,
        "downloads": 3,
        "bytes_sent": 12,
    }
    assert figures["days"] == {f"{clock.today()}": 3}
    assert figures["months"] == {month: 3}
    assert figures["new_projects"][month] == 2
    assert figures["last_12_months_by"]["python"] == {"3.13": 3}
    assert set(figures["popular"]) == set(figures["newest"]) == {"used", "quiet"}


def test_spreadsheets_get_csv(client, catalogue):
    rows = list(csv.reader(io.StringIO(client.get("/stats/?format=csv").text)))
    assert rows[0] == ["kind", "value", "number"]
    assert ["total", "downloads", "3"] in rows
    assert ["downloads by client", "uv", "3"] in rows


@pytest.mark.parametrize("query", ["", "?format=json", "?format=csv"])
def test_nothing_of_a_private_index_is_told(client, catalogue, query):
    text = client.get(f"/stats/{query}").text
    assert "plan" not in text
    assert "43" not in soup(client.get("/stats/")).select_one(".counters").get_text()
    assert client.get(f"/index/secret/stats/{query}").status_code == 303


def test_a_closed_main_index_tells_nothing(client, catalogue):
    with transaction():
        change_visibility(get_index(), "members")
    assert client.get("/stats/").status_code == 303


def test_other_indexes_have_their_own_page(client, catalogue):
    with transaction():
        change_visibility(get_index("secret"), "public")
    figures = told(client, "/index/secret/stats/")
    assert (figures["index"], figures["totals"]["downloads"]) == ("secret", 40)


def test_an_empty_index_has_a_page_too(client):
    answer = client.get("/stats/")
    assert answer.status_code == 200
    assert not faults(answer)
    assert told(client)["totals"]["projects"] == 0


def test_projects_of_upstreams_are_counted_beside_our_own(client, app):
    index = get_index("pypi")
    with transaction() as session:
        session.add(Listing(index_id=index.id, name="Far", normalized_name="far"))
        session.merge(index).upstream_url = "https://example.com/simple/"
    assert told(client)["totals"]["projects_of_upstreams"] == 1
    assert "1 more project of upstreams" in soup(client.get("/stats/")).get_text()


def test_growth_is_told_by_month(client, catalogue):
    then = clock.now() - timedelta(days=70)
    db.session.query(Listing).filter_by(name="quiet").update({"created_at": then})
    db.session.commit()
    new = told(client)["new_projects"]
    assert (new[f"{then:%Y-%m}"], sum(new.values()), len(new)) == (1, 2, 12)


def test_the_number_of_projects_costs_no_queries(client, catalogue, queries):
    def count():
        # What asks for more is not answered with a page that lies ready.
        client.get("/stats/?x=1")
        queries.clear()
        client.get("/stats/?x=1")
        return len(queries)

    before = count()
    for number in range(30):
        make_release(make_project(f"p{number:02}"))
    relist_all()
    assert count() == before


def test_the_footer_leads_there(client):
    assert soup(client.get("/help/")).select_one("footer a[href='/stats/']")


def test_an_index_tells_nothing_of_one_that_had_its_slug(app, client):
    make_index("team", visibility="members")
    file = make_file(make_release(make_project("plans", index=get_index("team")), "6.6.6"))
    month = clock.today().replace(day=1)
    with transaction() as session:
        add_downloads({Download(clock.today(), "team", file.sha256, file.filename): 7})
        gone = {"index_slug": "team", "filename": file.filename, "project": "plans"}
        session.add(DownloadMonth(month=month, version="6.6.6", count=7, **gone))
    with transaction():
        remove_index(get_index("team"), "team", with_projects=True)
    make_file(make_release(make_project("plans", index=make_index("team")), "1.0"))
    relist_all()
    told = client.get("/index/team/stats/?format=json").json
    assert (told["totals"]["downloads"], told["totals"]["bytes_sent"]) == (0, 0)
    assert "6.6.6" not in client.get("/index/team/project/plans/downloads?format=json").text
    for model in (DownloadDay, DownloadMonth, ProjectDay, ProjectMonth):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0
