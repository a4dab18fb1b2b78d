import pytest

from app.accounts import queries, tokens
from tests.accounts.doors import NEW, is_logged_in, log_in
from tests.factories import PASSWORD, make_account, make_token


@pytest.fixture
def grace(client):
    """Give an account that is logged in with the client."""
    account = make_account("grace")
    log_in(client, "grace")
    return account


def change(client, current=PASSWORD, password=NEW, again=None):
    data = {"current": current, "password": password, "again": again or password}
    return client.post("/account/password", data=data)


def test_the_own_page_tells_what_is_kept(client, grace):
    page = client.get("/account").text
    assert "grace@example.com" in page
    assert "confirmed" in page


def test_the_own_page_offers_the_language_it_is_read_in(client, grace):
    page = client.get("/account", headers={"Accept-Language": "de"}).text
    assert '<option selected value="de">Deutsch</option>' in page


def test_the_own_page_reminds_of_the_confirmation(client):
    make_account("ada", confirmed=False)
    log_in(client, "ada")
    assert "Please confirm your e-mail address" in client.get("/account").text


def test_a_name_is_changed(client, grace):
    assert "grace" in client.get("/account/name").text
    assert client.post("/account/name", data={"name": "  Grace   Hopper "}).status_code == 303
    assert queries.get_account("grace").name == "Grace Hopper"


def test_a_name_is_taken_away(client, grace):
    client.post("/account/name", data={"name": "Grace"})
    client.post("/account/name", data={"name": ""})
    assert queries.get_account("grace").display_name == "grace"


@pytest.mark.parametrize("name", ["x" * 101, "<script>", "a\x00b", "a\x07b"])
def test_bad_names_are_refused(client, grace, name):
    assert client.post("/account/name", data={"name": name}).status_code == 400


def test_a_password_is_changed(app, client, grace):
    assert change(client).status_code == 303
    assert log_in(app.test_client(), "grace").status_code == 403
    assert log_in(app.test_client(), "grace", NEW).status_code == 303


def test_the_owner_is_told_of_a_change(client, grace, post):
    change(client)
    assert "was changed" in post.letters("grace")[0]


def test_a_change_of_password_ends_all_other_sessions(app, client, grace):
    other = app.test_client()
    log_in(other, "grace", remember="y")
    change(client)
    assert is_logged_in(client)
    assert not is_logged_in(other)


def test_a_remembering_cookie_dies_with_the_password(app, client, grace):
    other = app.test_client()
    log_in(other, "grace", remember="y")
    other.delete_cookie("session")
    change(client)
    assert not is_logged_in(other)


def test_the_own_browser_is_still_remembered_after_a_change(app):
    make_account("grace")
    client = app.test_client()
    log_in(client, "grace", remember="y")
    change(client)
    client.delete_cookie("session")
    assert is_logged_in(client)


def test_tokens_outlive_a_change_of_password(client, grace):
    secret = make_token(grace)
    change(client)
    assert tokens.authenticate(secret).is_known


def test_the_old_password_is_needed(client, grace):
    answer = change(client, current="wrong password")
    assert answer.status_code == 403
    assert "This is not your password" in answer.text


def test_a_session_is_no_place_to_guess_from(client, grace):
    statuses = [change(client, current="wrong password").status_code for _ in range(7)]
    assert statuses == [403] * 5 + [429] * 2


@pytest.mark.parametrize(
    ("password", "again"),
    [("short", "short"), (NEW, "different words"), ("grace@example.com", "grace@example.com")],
)
def test_bad_new_passwords_are_refused(client, grace, password, again):
    assert change(client, password=password, again=again).status_code == 400


def test_a_language_is_kept_and_spoken(client, grace):
    client.set_cookie("locale", "en")
    answer = client.post("/account/language", data={"locale": "de"})
    assert answer.status_code == 303
    assert queries.get_account("grace").locale == "de"
    assert '<html lang="de"' in client.get("/account").text


def test_an_unknown_language_is_refused(client, grace):
    assert client.post("/account/language", data={"locale": "tlh"}).status_code == 400


def test_mail_is_written_in_the_language_of_its_reader(client, grace, post):
    client.post("/account/language", data={"locale": "de"})
    change(client)
    letter = post.letters("grace")[0]
    assert "Content-Language: de" in letter
    assert '<html lang="de"' in letter


def test_a_new_account_keeps_the_language_it_was_opened_in(client):
    data = {
        "username": "ada",
        "name": "",
        "email": "ada@example.com",
        "password": NEW,
        "again": NEW,
    }
    client.post("/account/register", data=data, headers={"Accept-Language": "de-AT,de;q=0.9"})
    assert queries.get_account("ada").locale == "de"
