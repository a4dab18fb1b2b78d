"""What a closed index answers: 401 to nobody, 403 to somebody else, 404 only for nothing."""

import pytest

from app.accounts.actors import OPERATOR
from app.core.database import transaction
from app.indexes.queries import get_index
from app.indexes.services import grant
from app.projects.services import change_status
from tests.factories import basic, make_account, make_file, make_index, make_project, make_release
from tests.factories import make_token as make_secret

PAGE = "/simple/foo-bar-baz/"


@pytest.fixture
def file(demo):
    return f"/files/{demo_file(demo).sha256}/foo_bar_baz-1.0-py3-none-any.whl"


def demo_file(demo):
    return demo.releases[-1].files[0]


@pytest.fixture
def doors(file):
    """Every address that an installer asks."""
    return [
        "/simple/",
        PAGE,
        "/simple/Foo.Bar_baz/",
        "/simple/nothing/",
        "/simple",
        PAGE.rstrip("/"),
        "/legacy/+simple/foo-bar-baz/",
        file,
        f"{file}.metadata",
        f"/files/{'ab' * 32}/nothing.whl",
        "/pypi/foo-bar-baz/json",
        "/pypi/foo-bar-baz/1.0/json",
        "/pypi/nothing/json",
    ]


def reader_token(**limits) -> str:
    account = make_account(uploads=False)
    grant(get_index().id, account.id, "read")
    return make_secret(account, scope="read", **limits)


def test_check_20_nobody_is_asked_who_they_are(client, doors, close):
    close()
    for path in doors:
        answer = client.get(path)
        assert answer.status_code == 401, path
        assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")
        assert "foo_bar_baz-1.0" not in answer.text
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_check_21_a_member_may_read_everything(client, doors, close):
    close()
    headers = basic(reader_token())
    found = [client.get(path, headers=headers).status_code for path in doors]
    assert found == [200, 200, 301, 404, 301, 301, 200, 200, 200, 404, 200, 200, 404]


def test_check_21_nobody_else_may_keep_what_a_member_reads(client, file, close):
    close()
    headers = basic(reader_token())
    page, wheel = client.get(PAGE, headers=headers), client.get(file, headers=headers)
    assert page.headers["Cache-Control"] == "private, no-cache"
    assert wheel.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert all("Authorization" in answer.headers["Vary"] for answer in (page, wheel))
    assert "Access-Control-Allow-Origin" not in page.headers


@pytest.mark.parametrize(
    "headers",
    [basic("tilsit-wrong"), {"Authorization": "Basic !"}, {"Authorization": "Bearer tilsit-no"}],
)
def test_check_22_a_wrong_token_is_told(client, doors, close, headers):
    close()
    for path in doors:
        answer = client.get(path, headers=headers)
        assert answer.status_code == 401, path
        assert "WWW-Authenticate" in answer.headers


def test_check_23_asking_without_a_token_first_harms_nobody(client, close, demo):
    close()
    headers = basic(reader_token())
    found = [client.get(PAGE, headers=sent).status_code for sent in ({}, headers) * 10]
    assert found == [401, 200] * 10


def test_check_24_who_is_no_member_is_refused(client, doors, close):
    close()
    headers = basic(make_secret(make_account(uploads=False), scope="read"))
    for path in doors:
        assert client.get(path, headers=headers).status_code == 403, path


def test_check_24_a_token_for_another_project_is_refused(client, file, close):
    close()
    headers = basic(reader_token(project="other"))
    for path in (PAGE, file, f"{file}.metadata", "/pypi/foo-bar-baz/json"):
        assert client.get(path, headers=headers).status_code == 403, path


def test_check_24_a_token_for_one_project_does_not_list_the_others(client, demo, close):
    headers = basic(reader_token(project="foo-bar-baz"))
    assert client.get("/simple/", headers=headers).status_code == 200
    close()
    assert client.get("/simple/", headers=headers).status_code == 403


def test_check_24_a_token_for_this_project_is_enough(client, file, close):
    close()
    headers = basic(reader_token(project="foo-bar-baz"))
    for path in (PAGE, file, f"{file}.metadata", "/pypi/foo-bar-baz/json"):
        assert client.get(path, headers=headers).status_code == 200, path


def test_signed_in_accounts_need_a_confirmed_address(client, demo, close):
    close("signed-in")
    known = basic(make_secret(make_account(), scope="read"))
    doubtful = basic(make_secret(make_account(confirmed=False), scope="read"))
    assert client.get(PAGE, headers=known).status_code == 200
    assert client.get(PAGE, headers=doubtful).status_code == 403


def test_a_public_index_asks_nobody(client, doors):
    for path in doors:
        wrong = client.get(path, headers=basic("tilsit-wrong"))
        assert wrong.status_code == client.get(path).status_code != 401


def test_check_29_no_answer_repeats_the_token(client, doors, close, caplog):
    close()
    secret = reader_token()
    for path in doors:
        answer = client.get(path, headers=basic(secret))
        assert secret not in answer.text + str(answer.headers)
    assert secret not in caplog.text


def test_check_77_quarantine_is_not_told_to_strangers(client, demo, file, close):
    with transaction():
        change_status(OPERATOR, demo.id, "quarantined")
    close()
    assert client.get(file).status_code == 401
    assert client.get(file, headers=basic(reader_token())).status_code == 403


def other_index():
    return make_index("other", visibility="members")


def test_a_file_of_a_closed_index_is_not_found_by_nobody_but_asked_for(client, demo):
    wheel = make_file(make_release(make_project("secret", index=other_index())))
    path = f"/files/{wheel.sha256}/{wheel.filename}"
    stranger = basic(make_secret(scope="read"))
    assert client.get(path).status_code == 401
    assert client.get(path, headers=stranger).status_code == 403
    assert client.get(f"/files/{'ab' * 32}/nothing.whl").status_code == 404


def test_a_file_in_two_indexes_is_served_by_the_open_one(client, file, demo):
    project = make_project("Foo.Bar_baz", index=other_index())
    make_file(make_release(project, "1.0"))
    answer = client.get(file)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"].startswith("public")


def test_preflights_of_a_closed_index_promise_nothing(client, demo, close):
    close()
    assert "Access-Control-Allow-Origin" not in client.options(PAGE).headers


ADMISSION = "/_/admit"


def test_nginx_is_told_who_may_read_all_of_a_guarded_index(client, close):
    close()
    stranger = make_secret(make_account(uploads=False), scope="read")
    answers = [
        client.get(ADMISSION, headers=basic(reader_token())),
        client.get(ADMISSION, headers=basic(stranger)),
        client.get(ADMISSION, headers=basic("nobody's")),
        client.get(ADMISSION),
    ]
    assert [answer.status_code for answer in answers] == [204, 403, 401, 401]
    assert not any(answer.data for answer in answers)
    # nginx would send it beside the one of the real refusal.
    assert not any("WWW-Authenticate" in answer.headers for answer in answers)


def test_nginx_is_told_that_the_token_of_one_project_does_not_open_all(client, demo, close):
    close()
    token = reader_token(project="foo-bar-baz")
    assert client.get(ADMISSION, headers=basic(token)).status_code == 403


def test_nginx_learns_nothing_to_keep_while_the_index_is_public(client):
    answers = [client.get(ADMISSION), client.get(ADMISSION, headers=basic(reader_token()))]
    assert [answer.status_code for answer in answers] == [403, 403]
