"""The commands of the units really start what they say."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.deploy.units import command_of, read_unit
from tests.functional.databases import free_port
from tests.functional.house import ROOT, House

PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Give a house where nothing runs, with the tables that the unit for it makes."""
    house = House("granian", tmp_path_factory.mktemp("installed") / "data")
    house.folder.mkdir()
    environ = environ_of(house)
    command = command_of("tilsit-upgrade.service", environ, Path(sys.executable).parent)
    subprocess.run(command, cwd=ROOT, env=environ, check=True, capture_output=True)
    return house


def environ_of(house: House) -> dict[str, str]:
    """Return an environment as the file of settings gives it, and nothing else."""
    settings = {"DATA_DIR": str(house.folder), "PORT": str(free_port()), "WEB_PROCESSES": "1"}
    return settings | {"PATH": os.environ["PATH"], "SITE_URL": "https://packages.example.org"}


@contextmanager
def service(name: str, environ: dict[str, str], place: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start a service as systemd would, until it says that it is ready."""
    command = command_of(name, environ, Path(sys.executable).parent)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear, (place / "log").open("wb") as log:
        ear.bind(str(place / "notify"))
        ear.settimeout(PATIENCE_SECONDS)
        whole = environ | {"NOTIFY_SOCKET": str(place / "notify")}
        process = subprocess.Popen(command, cwd=ROOT, env=whole, stdout=log, stderr=log)
        try:
            if read_unit(name)["Type"] == ["notify"]:
                while b"READY=1" not in ear.recv(4096):
                    assert process.poll() is None, (place / "log").read_text()
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            status = process.wait(int(read_unit(name)["TimeoutStopSec"][0]))
    # Else systemd would say that stopping it was a failure.
    good = {0, -signal.SIGTERM, *map(int, read_unit(name)["SuccessExitStatus"])}
    assert status in good, (place / "log").read_text()


@pytest.mark.parametrize("name", ["tilsit-web.service", "tilsit-gunicorn.service"])
def test_a_web_service_answers_once_it_is_ready(installed, tmp_path, name):
    environ = environ_of(installed)
    with service(name, environ, tmp_path):
        url = f"http://127.0.0.1:{environ['PORT']}/simple/"
        assert httpx.get(url, trust_env=False, timeout=30).status_code == 200


def test_uwsgi_answers_nginx_once_it_is_ready(installed, tmp_path):
    environ = environ_of(installed)
    with service("tilsit-uwsgi.service", environ, tmp_path):
        answer = ask_uwsgi(int(environ["PORT"]), "/simple/")
    assert answer.startswith(b"HTTP/1.1 200 ")


def ask_uwsgi(port: int, path: str) -> bytes:
    """Ask as nginx does, in the protocol of uWSGI."""
    facts = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "SERVER_PROTOCOL": "HTTP/1.1"}
    facts |= {"HTTP_HOST": "x", "SERVER_NAME": "x", "SERVER_PORT": "80", "QUERY_STRING": ""}
    packed = b"".join(
        len(part).to_bytes(2, "little") + part.encode() for pair in facts.items() for part in pair
    )
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(b"\0" + len(packed).to_bytes(2, "little") + b"\0" + packed)
        return b"".join(iter(lambda: line.recv(65536), b""))


def test_the_worker_works_until_it_is_told_to_end(installed, tmp_path):
    environ = environ_of(installed)
    with service("tilsit-worker.service", environ, tmp_path) as process:
        # It makes the queue as soon as it listens.
        for _ in range(600):
            if process.poll() is not None or (installed.folder / "queue.db").exists():
                break
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.05)
        assert process.poll() is None
    assert (installed.folder / "queue.db").exists()
