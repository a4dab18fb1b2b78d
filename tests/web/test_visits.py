import logging
import re

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app
from werkzeug.wsgi import FileWrapper

from app.core.logs import add_facts
from app.core.meters import Meters
from app.web.visits import Visits
from tests.factories import PASSWORD, make_account, make_token

NUMBER = "X-Request-ID"


@pytest.fixture
def lines(caplog):
    """The lines of the log about requests."""
    caplog.set_level(logging.INFO, "app.access")
    return lambda: [line for line in caplog.records if line.name == "app.access"]


@pytest.fixture
def browser(client):
    """A client that reads each answer to its end, as a server does."""

    def send(path, method="GET", **options):
        return client.open(path, method=method, buffered=True, **options)

    return send


def counted(app, *series):
    """Return how often a kind of request was counted."""
    return app.extensions["meters"].read().counts.get(series, [0])[0]


def answering(body=b"four", **headers):
    """Return an application that always answers the same."""

    def answer(_environ, start_response):
        start_response("200 OK", list(headers.items()))
        return body if not isinstance(body, bytes) else [body]

    return answer


def visit(application, tmp_path, *, trusts_numbers=True, environ=None, **headers):
    """Send a request to an application behind the counter and return headers and body."""
    wrapped = Visits(application, Meters(tmp_path, pause=0), trusts_numbers=trusts_numbers)
    builder = EnvironBuilder(headers={name.replace("_", "-"): v for name, v in headers.items()})
    environ = {**builder.get_environ(), **(environ or {})}
    chunks, _status, sent = run_wsgi_app(wrapped, environ, buffered=True)
    return sent, b"".join(chunks)


def test_a_request_has_one_line(browser, lines):
    browser("/healthz?not=told")
    browser("/nowhere/at/all")
    browser("/account/login?next=%2Fsecret")
    told = lines()
    assert [(line.path, line.status, line.route) for line in told] == [
        ("/nowhere/at/all", 404, ""),
        ("/account/login", 200, "/account/login"),
    ]
    assert told[1].bytes > 1000
    assert told[1].ms > 0
    assert told[1].client == "127.0.0.1"
    assert not any("next" in str(vars(line)) for line in told)


def test_secrets_in_addresses_are_not_told(browser, lines):
    secret = "an-unguessable-0123456789abcdef"
    for path in (f"/account/reset/{secret}", f"/account/confirm/{secret}", f"/nope:/{secret}"):
        browser(path)
    assert len(lines()) == 3
    assert not any(secret in str(vars(line)) for line in lines())


def test_passwords_and_tokens_are_not_told(app, browser, lines, caplog):
    caplog.set_level(logging.DEBUG)
    account = make_account("ada")
    token = make_token(account)
    browser("/account/login", method="POST", data={"login": "ada", "password": PASSWORD})
    browser("/simple/x/", headers={"Authorization": f"Bearer {token}"})
    told = "".join(str(vars(line)) for line in caplog.records)
    assert "/account/login" in told
    assert PASSWORD not in told
    assert token not in told


def test_lines_tell_whose_request_it_was(app, browser, lines):
    account = make_account("ada")
    browser("/account/login", method="POST", data={"login": "ada", "password": PASSWORD})
    browser("/account/")
    browser(
        "/pypi/x/json?format=application/vnd.pypi.simple.v1%2Bjson",
        headers={"Authorization": f"Bearer {make_token(account)}"},
    )
    assert [line.account_id for line in lines()][1:] == [account.id, account.id]


def test_lines_written_during_a_request_carry_its_number(app, browser, caplog, monkeypatch):
    caplog.handler.addFilter(add_facts)
    monkeypatch.setitem(app.view_functions, "health.alive", lambda: 1 / 0)
    answer = browser("/healthz")
    (line,) = [line for line in caplog.records if line.levelname == "ERROR"]
    assert answer.status_code == 500
    assert re.fullmatch("[0-9a-f]{16}", answer.headers[NUMBER])
    assert (line.request_id, line.route) == (answer.headers[NUMBER], "/healthz")


def test_number_of_a_trusted_proxy_is_taken(tmp_path):
    sent, _ = visit(answering(), tmp_path, X_Request_ID="from-nginx-0042")
    assert sent[NUMBER] == "from-nginx-0042"


def test_number_of_a_stranger_is_not_taken(tmp_path):
    sent, _ = visit(answering(), tmp_path, trusts_numbers=False, X_Request_ID="from-nginx-0042")
    assert sent[NUMBER] != "from-nginx-0042"


@pytest.mark.parametrize(
    "forged",
    [
        "short",
        "a" * 65,
        "with blank 12345",
        "x\r\nSet-Cookie: a=b",
        "x\n0123456789",
        "\x1b[31m12345",
    ]
    + ["one-number-1,two-number-2", "<script>alert(1)", "ümläut-12345", "../../../etc/passwd"],
)
def test_numbers_of_another_form_are_not_taken(tmp_path, forged):
    sent, _ = visit(answering(), tmp_path, environ={"HTTP_X_REQUEST_ID": forged})
    assert re.fullmatch("[0-9a-f]{16}", sent[NUMBER])


def test_routes_are_counted_and_never_names(app, browser):
    before = counted(app, "tilsit_requests_total", "/project/<name>/", "GET", "404")
    for number in range(5):
        browser(f"/project/nothing-{number}/")
    after = counted(app, "tilsit_requests_total", "/project/<name>/", "GET", "404")
    assert after - before == 5


def test_whatever_strangers_send_makes_no_new_series(app, browser):
    for method in ("GET", "BREW"):
        browser("/project/a/b/c/d/", method=method)
        browser("/%F0%9F%92%A5", method=method)
    series = len(app.extensions["meters"].read().counts)
    for number in range(50):
        browser(f"/project/a/b/c/d{number}/", method="GET")
        browser(f"/{number}%F0%9F%92%A5", method=f"BREW{number}")
    assert len(app.extensions["meters"].read().counts) == series


def test_requests_in_progress_go_down_whatever_happens(app, tmp_path):
    def fail(_environ, _start_response):
        raise RuntimeError("no")

    meters = Meters(tmp_path, pause=0)
    with pytest.raises(RuntimeError):
        run_wsgi_app(Visits(fail, meters, trusts_numbers=False), EnvironBuilder().get_environ())
    chunks, *_ = run_wsgi_app(
        Visits(answering(), meters, trusts_numbers=False), EnvironBuilder().get_environ()
    )
    assert meters.read().samples["tilsit_requests_in_progress"] == 1
    for _ in range(2):
        chunks.close()
    assert meters.read().samples["tilsit_requests_in_progress"] == 0
    assert meters.read().counts["tilsit_requests_total", "(none)", "GET", "500"] == [1]


def test_bytes_are_those_that_were_sent(tmp_path, lines):
    visit(answering(iter([b"one", b"three"])), tmp_path)
    assert [line.bytes for line in lines()] == [8]


def test_files_that_the_server_sends_stay_unwrapped(tmp_path, lines):
    file = FileWrapper(None)
    environ = EnvironBuilder().get_environ() | {"wsgi.file_wrapper": FileWrapper}
    visits = Visits(
        answering(file, **{"Content-Length": "77"}), Meters(tmp_path, pause=0), trusts_numbers=True
    )
    assert visits(environ, lambda *_: None) is file
    assert [line.bytes for line in lines()] == [77]


def test_the_page_of_an_error_of_ours_tells_the_number(app, browser, monkeypatch):
    monkeypatch.setattr("app.site.home_views.render_template", lambda *_, **__: 1 / 0)
    answer = browser("/?q=1")
    assert answer.status_code == 500
    assert answer.headers[NUMBER] in answer.text
    assert "number" not in browser("/nowhere").text.partition("<main")[2]


def test_a_line_is_written_before_the_last_bytes_go_out(tmp_path, lines):
    for body in (b"", b"four"):
        application = answering(body, **{"Content-Length": str(len(body))})
        visits = Visits(application, Meters(tmp_path, pause=0), trusts_numbers=True)
        chunks, *_ = run_wsgi_app(visits, EnvironBuilder().get_environ())
        next(iter(chunks), None)
        assert lines()[-1].bytes == len(body)
    assert len(lines()) == 2
