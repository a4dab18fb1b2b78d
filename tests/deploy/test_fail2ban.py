"""The filter of fail2ban against the lines that we really write."""

import configparser
import json
import logging
import re
import shutil
import subprocess

import pytest

from app.accounts import auth
from app.core.exceptions import DomainError
from tests.deploy.places import DEPLOY

FILTER = DEPLOY / "fail2ban" / "filter.conf"
# As fail2ban puts them in place of <ADDR>; a name is looked up nowhere.
ADDRESS = r"(?P<address>(?:\d{1,3}\.){3}\d{1,3}|\[?[0-9a-fA-F:]*:[0-9a-fA-F:.]+\]?)"
UNIT = "packages tilsit[814]: "


def patterns(kind):
    parser = configparser.ConfigParser()
    parser.read(FILTER)
    lines = parser["Definition"]["failregex"].splitlines()
    filled = [line.replace("<kind>", kind).replace("<ADDR>", ADDRESS) for line in lines]
    return [re.compile(line) for line in filled]


def banned(line, kind="login"):
    """Return the address that a line would ban, or None."""
    found = [match["address"] for one in patterns(kind) if (match := one.search(line))]
    return found[0] if found else None


def lines_of(message, **facts):
    """Return a line in all forms: for people with and without its moment, and in JSON."""
    text = f"WARNING app.accounts.auth: {message} reason=bad-login"
    told = {"time": "2026-05-01T12:00:00.000+00:00", "level": "warning", **facts}
    yield from (text, f"2026-05-01 12:00:00 {text}", f"{UNIT}2026-05-01 12:00:00 {text}", message)
    written = json.dumps(told | {"logger": "app.accounts.auth", "message": message, "path": "/"})
    yield from (written, UNIT + written)


@pytest.fixture
def told(app, caplog):
    """Give a function that returns what is logged when a call from an address is refused."""

    def ask(address, refused, **environ):
        caplog.clear()
        base = {"REMOTE_ADDR": address}
        with (
            caplog.at_level(logging.WARNING),
            app.test_request_context(environ_base=base, **environ),
            pytest.raises(DomainError),
        ):
            refused()
        return [record.getMessage() for record in caplog.records]

    return ask


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::7"])
def test_a_refused_login_bans_its_address(told, address):
    [message] = told(address, lambda: auth.check_login("nobody", "guess"))
    for line in lines_of(message):
        assert banned(line) == address, line
        assert banned(line, "token") is None


def test_a_refused_token_bans_its_address(told):
    headers = {"Authorization": "Bearer wrong"}
    [message] = told("192.0.2.7", auth.any_actor, headers=headers)
    for line in lines_of(message):
        assert banned(line, "token") == "192.0.2.7", line
        assert banned(line) is None


@pytest.mark.parametrize("address", ["login refused from 192.0.2.7", "unix:", ""])
def test_what_is_no_address_bans_nobody(told, address):
    [message] = told(address, lambda: auth.check_login("nobody", "guess"))
    assert message == "login refused from nowhere"
    assert [banned(line) for line in lines_of(message)] == [None] * 6


FORGED = "login refused from 192.0.2.7"


@pytest.mark.parametrize(
    "line",
    [
        f"WARNING app.access: GET /{FORGED}",
        f"WARNING app.access: request path={FORGED}",
        f'WARNING app.access: path="WARNING app.accounts.auth: {FORGED}"',
        f"{UNIT}ERROR app.web.errors: unexpected error: {FORGED}",
        json.dumps({"message": "request", "path": f'", "message": "{FORGED}"'}),
        json.dumps({"message": f"{FORGED} or not", "logger": "x"}),
        json.dumps({"message": "request", "agent": {"message": FORGED}}),
    ],
)
def test_what_a_stranger_writes_bans_nobody(line):
    assert banned(line) is None


def test_fail2ban_reads_it_the_same_way_where_it_is_installed(tmp_path):
    program = shutil.which("fail2ban-regex")
    log = tmp_path / "log"
    log.write_text("".join(f"{line}\n" for line in lines_of(FORGED)))
    if program is not None:
        command = [program, str(log), f"{FILTER}[kind=login]"]
        done = subprocess.run(command, capture_output=True, text=True)
        assert "6 matched" in done.stdout
