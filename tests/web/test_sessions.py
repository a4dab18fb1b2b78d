import pytest

from app.core.database import transaction
from app.indexes.queries import get_index
from app.indexes.services import change_visibility
from tests.factories import PASSWORD, make_account, make_file


@pytest.fixture
def reader(client):
    """A browser in which somebody is logged in for a long time."""
    account = make_account()
    client.post("/account/login", data={"login": account.username, "password": PASSWORD})
    with client.session_transaction() as session:
        session.permanent = True
    return client


@pytest.fixture
def file(app):
    wheel = make_file()
    return f"/files/{wheel.sha256}/{wheel.filename}"


@pytest.mark.parametrize("path", ["/simple/", "/pypi/nothing/json", None])
def test_what_is_for_everyone_carries_no_cookie(reader, file, path):
    answer = reader.get(path or file)
    answer.close()
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_a_closed_index_is_open_to_who_is_logged_in(reader):
    with transaction():
        change_visibility(get_index(), "signed-in")
    answer = reader.get("/simple/")
    assert answer.status_code == 200
    assert "Cookie" in answer.headers["Vary"]
