"""The page on which administrators look after mirrors."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.database import transaction
from app.core.models import Job
from app.extensions import db
from app.indexes.queries import get_index
from app.indexes.services import grant, open_index
from app.mirror.models import MirroredFile, MirroredProject, UpstreamState
from tests.factories import make_account, sign_in
from tests.site.pages import faults, soup

PAGE = "/manage/mirrors/"
ADDRESS = "ab" * 32
WHEEL = "six-1.0-py3-none-any.whl"
PLACE = f"{ADDRESS}/{WHEEL}"


@pytest.fixture
def admin(client, app):
    """Give who runs the site, logged in with the client."""
    app.extensions["mirror_use"].clear()
    account = make_account("root", is_admin=True)
    sign_in(client, account)
    return account


@pytest.fixture
def keeper(client, app):
    """Give an administrator of the mirror, logged in with the client."""
    account = make_account("ada")
    with transaction():
        grant(get_index("pypi").id, account.id, "admin")
    sign_in(client, account)
    return account


@pytest.fixture
def copies(app):
    """Have a project and a file of an upstream here."""
    now, number = clock.now(), get_index("pypi").id
    key = {"index_id": number, "normalized_name": "six"}
    old = now - timedelta(days=3)
    facts = {"fetched_at": old, "changed_at": old, "body_sha256": "00"}
    db.session.add(MirroredProject(**key, **facts))
    digests = {"address": ADDRESS, "sha256": ADDRESS}
    times = {"stored_at": old, "used_at": old}
    db.session.add(
        MirroredFile(**key, filename=WHEEL, version="1.0", size=1500, **digests, **times)
    )
    db.session.commit()


def copy():
    db.session.expire_all()
    return db.session.scalars(select(MirroredFile)).one()


def doors():
    yield "get", PAGE, {}
    for deed in ("refresh", "names", "prune", f"pin/{PLACE}", f"unpin/{PLACE}"):
        yield "post", f"/manage/mirror/pypi/{deed}", {}


def test_figures_are_shown(client, admin, copies):
    answer = client.get(PAGE)
    assert answer.status_code == 200
    assert faults(answer) == []
    text = soup(answer).get_text(" ", strip=True)
    assert "Projects here 1" in text
    assert "1 with 1.5 kB, of which 0 B are pinned" in text
    assert "1 page is due" in text
    assert "six, 3 days ago" in text
    assert WHEEL in text


def test_an_upstream_that_is_down_is_shown(client, admin, app):
    now = clock.now()
    state = {"is_up": False, "since": now, "last_error": "<HTTP 503>"}
    db.session.add(UpstreamState(index_id=get_index("pypi").id, **state))
    get_index("pypi").upstream_url = "https://packages.example.org/simple/"
    db.session.commit()
    text = soup(client.get(PAGE)).get_text(" ", strip=True)
    assert "down" in text
    assert "<HTTP 503>" in text
    assert "packages.example.org" in text


def test_figures_for_machines(client, admin, copies):
    told = client.get(f"{PAGE}?format=json").get_json()
    (mirror,) = told["mirrors"]
    assert (mirror["slug"], mirror["projects"], mirror["files"]) == ("pypi", 1, 1)


def test_the_menu_leads_administrators_there(client, admin):
    assert PAGE in client.get("/").text


def test_the_menu_of_others_does_not(client, keeper):
    assert PAGE not in client.get("/").text


def test_an_administrator_of_a_mirror_sees_it_and_no_other(client, keeper):
    with transaction():
        open_index("corp", "Corp", kind="mirror")
    told = client.get(f"{PAGE}?format=json").get_json()
    assert [mirror["slug"] for mirror in told["mirrors"]] == ["pypi"]
    assert client.post("/manage/mirror/corp/names").status_code == 403


def test_others_are_refused(client, copies):
    sign_in(client, make_account())
    for method, url, data in doors():
        assert getattr(client, method)(url, data=data).status_code == 403, url
    assert not copy().is_pinned


def test_nobody_is_asked_to_log_in(client, copies):
    for method, url, data in doors():
        answer = getattr(client, method)(url, data=data)
        assert answer.status_code in {302, 303}, url
        assert "log-in" in answer.location or "login" in answer.location


def test_a_file_is_pinned_and_unpinned(client, admin, copies):
    answer = client.post(f"/manage/mirror/pypi/pin/{PLACE}")
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert copy().is_pinned
    assert "Unpin" in client.get(PAGE).text
    client.post(f"/manage/mirror/pypi/unpin/{PLACE}")
    assert not copy().is_pinned


@pytest.mark.parametrize("deed", ["pin", "unpin"])
def test_a_file_that_is_not_here_is_not_found(client, admin, deed):
    assert client.post(f"/manage/mirror/pypi/{deed}/{PLACE}").status_code == 404


def test_files_are_removed(client, admin, copies):
    answer = client.post(
        "/manage/mirror/pypi/prune", data={"pypi-prune-days": "2", "pypi-prune-project": ""}
    )
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert copy().sha256 is None
    assert "1 file is being removed." in client.get(PAGE).text


@pytest.mark.parametrize(
    ("days", "project"), [("4", ""), ("0", "flask"), ("", ""), ("-1", ""), ("x", ""), ("2", "!")]
)
def test_others_stay(client, admin, copies, days, project):
    data = {"pypi-prune-days": days, "pypi-prune-project": project}
    answer = client.post("/manage/mirror/pypi/prune", data=data)
    assert answer.status_code in {303, 400}
    assert copy().sha256 == ADDRESS


def test_loading_names_is_promised(client, admin):
    assert client.post("/manage/mirror/pypi/names").status_code == 303
    # There is no upstream, so it fails and will be tried again.
    assert db.session.scalars(select(Job.name)).all() == ["mirror-load-names"]


def test_a_refused_refresh_says_why(client, admin):
    answer = client.post("/manage/mirror/pypi/refresh", data={"pypi-refresh-project": "six"})
    assert answer.status_code == 404
    assert "No upstream is set for this index." in answer.text


def test_a_hosted_index_is_no_mirror(client, admin):
    assert client.post("/manage/mirror/main/names").status_code == 404
    assert client.post("/manage/mirror/nowhere/names").status_code == 404
