"""Stopping in the middle of an upload, and what those see who watch, on each server."""

import json
import os
import re
import signal
import socket
import time

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.archives import make_wheel, wheel_name
from tests.functional.conftest import running
from tests.functional.house import House
from tests.functional.uploading import BOUNDARY, basic, body_of, fields_for

PATIENCE_SECONDS = 15
# uWSGI forgets the address of those who ask twice by one connection, so this shows a token.
TOKEN = "a token for whoever watches"
ENVIRON = {"LOG_FORMAT": "json", "METRICS_TOKEN": TOKEN, "WEB_PROCESSES": "1"}
SERVERS = ("granian", "gunicorn", "uwsgi")


@pytest.fixture(params=SERVERS)
def operated(request, tmp_path):
    """A house that writes its log as JSON."""
    house = House(request.param, tmp_path / "data", environ=ENVIRON)
    with running(house):
        yield house


def test_an_upload_under_way_is_finished_and_all_is_told(operated):
    name = wheel_name("in-flight")
    content = make_wheel("in-flight")
    upload = begin_upload(operated, name, content)
    await_true(operated.incoming)
    # The other processes tell a moment later.
    await_true(lambda: figure(operated, "tilsit_requests_in_progress") >= 2)
    number = operated.http.get("/nowhere").headers["X-Request-ID"]
    (first, *_) = [one for one in operated.list_processes() if one.ppid() == os.getpid()]
    first.send_signal(signal.SIGTERM)
    # Whatever the server does with those who come now, this one goes on.
    time.sleep(0.3)
    answer = finish_upload(*upload)
    assert answer.startswith("HTTP/1.1 200"), answer
    assert operated.has_ended()
    assert operated.incoming() == []
    lines = [json.loads(line) for line in operated.log.splitlines() if line.startswith("{")]
    assert [line["status"] for line in lines if line.get("request_id") == number] == [404]
    assert [line["method"] for line in lines if line.get("route") == "/legacy/"] == ["POST"]
    operated.start()
    assert operated.filenames("in-flight") == [name]


def begin_upload(house, name, content):
    """Send the head of an upload and half of its body; return the connection and the rest."""
    parts = [(key, value.encode(), None) for key, value in fields_for(name, content).items()]
    body = body_of([*parts, ("content", content, name)])
    head = (
        "POST /legacy/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        f"Authorization: {basic(house.token)}\r\nContent-Length: {len(body)}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n"
    )
    connection = socket.create_connection(("127.0.0.1", house.port), PATIENCE_SECONDS)
    connection.sendall(head.encode() + body[: len(body) // 2])
    return connection, body[len(body) // 2 :]


def finish_upload(connection, rest):
    """Send the rest of an upload and return the answer."""
    with connection:
        connection.sendall(rest)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    return answer.decode()


def figure(house, name):
    """Return the sum of a figure."""
    shown = {"Authorization": f"Bearer {TOKEN}"}
    told = house.http.get("/metrics", headers=shown).raise_for_status().text
    families = text_string_to_metric_families(told)
    return sum(one.value for family in families for one in family.samples if one.name == name)


def await_true(look):
    """Look until there is something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_strangers_choose_no_number_and_write_no_line(front):
    evil = "/%0a%1b[31m2026-01-01 00:00:00 ERROR app: forged"
    answer = front.http.get(evil, headers={"X-Request-ID": "x" * 100})
    assert re.fullmatch(r"[A-Za-z0-9._-]{8,64}", answer.headers["X-Request-ID"])
    assert "x" * 100 not in answer.headers["X-Request-ID"]
    forged = front.http.get("/nowhere", headers={"X-Request-ID": "of-a-fair-form"})
    assert re.fullmatch("[0-9a-f]{32}", forged.headers["X-Request-ID"])
    await_true(lambda: "forged" in front.log)
    assert not any(line.startswith("2026-01-01") for line in front.log.splitlines())
    assert "\x1b" not in front.log
