import pytest
from sqlalchemy import select

from app.core.database import transaction
from app.extensions import db
from app.indexes.exceptions import BadUpstream, NotAdministrator
from app.indexes.queries import get_index
from app.indexes.upstreams import change_upstream, find_host
from app.journal.models import Entry
from tests.factories import make_index
from tests.indexes.test_services import administrator, generations


@pytest.fixture
def corp(app):
    """Give a mirror that copies nothing yet, behind another index."""
    make_index("corp", kind="mirror")
    make_index("team", bases=["corp"])


def change(url, **options):
    with transaction():
        change_upstream(get_index("corp"), url, **options)


def test_an_upstream_is_set_told_and_taken(corp):
    kept = []
    for url in ("https://packages.example.com:8443/simple", ""):
        change(url)
        kept.append((get_index("corp").upstream_url, find_host(get_index("corp"))))
    assert kept == [
        ("https://packages.example.com:8443/simple/", "packages.example.com:8443"),
        (None, None),
    ]
    entries = db.session.scalars(select(Entry).where(Entry.tag == "upstream-changed")).all()
    assert [entry.details["upstream_url"] for entry in entries] == [kept[0][0], None]


def test_the_pages_of_dependents_are_void(corp):
    before = generations()
    change("https://packages.example.com/simple/")
    after = generations()
    assert {slug for slug in after if after[slug] > before[slug]} == {"corp", "team"}


@pytest.mark.parametrize(
    "url",
    [
        "ftp://packages.example.com/",
        "packages.example.com/simple/",
        "https:///simple/",
        "https://packages.example.com/simple/?a=b",
        "https://packages.example.com/simple/?",
        "https://packages.example.com/simple/#x",
        "https://packages.example.com:x/",
        "https://packages.example.com:99999/",
        "https://[::1/",
        "https://packages.example.com/a b",
        "https://packages.example.com/\r\nHost: x",
        "https://packages.example.com/" + "x" * 500,
        "javascript:alert(1)",
    ],
)
def test_what_is_no_address_of_an_index_is_refused(corp, url):
    with pytest.raises(BadUpstream):
        change(url)
    assert get_index("corp").upstream_url is None


@pytest.mark.parametrize("login", ["user:password@", "user@", ":password@", "@"])
def test_a_login_belongs_into_the_environment(corp, login):
    with pytest.raises(BadUpstream, match="UPSTREAM_URL_CORP"):
        change(f"https://{login}packages.example.com/simple/")


def test_a_hosted_index_has_no_upstream(app):
    with pytest.raises(BadUpstream, match="mirror"), transaction():
        change_upstream(get_index(), "https://packages.example.com/simple/")


def test_only_who_runs_the_site_says_whom_the_server_asks(corp):
    with pytest.raises(NotAdministrator):
        change("https://packages.example.com/simple/", actor=administrator("corp"))


def test_the_configuration_counts_first_and_its_login_is_not_shown(corp, app, monkeypatch):
    change("https://packages.example.com/simple/")
    configured = {"corp": "https://user:password@other.example.com/simple/"}
    monkeypatch.setitem(app.config, "UPSTREAMS", configured)
    assert find_host(get_index("corp")) == "other.example.com"
