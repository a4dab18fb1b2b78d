"""`make run` on its own folder: what it starts, says and leaves behind."""

import os
import signal
import socket
import subprocess

import psutil
import pytest

from app.seed.demos import list_demos
from tests.functional.house import ROOT, STOP_SECONDS, House


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Give a house that `make run` has furnished, stopped."""
    house = House("make", tmp_path_factory.mktemp("made") / "data")
    house.folder.mkdir()
    house.start()
    yield house
    if house.list_processes():
        house.kill()


@pytest.fixture
def up(made):
    """Give that house, up."""
    if not made.list_processes():
        made.start()
    return made


def ends(house: House) -> bool:
    _, alive = psutil.wait_procs(house.list_processes(), STOP_SECONDS)
    return not alive


def test_first_start_tells_address_and_password_once(up):
    up.restart()
    assert up.log.count("Log in as admin with the password") == 1
    assert f"Serving on {up.url}/" in up.log
    assert up.log.count("Seeded") == 1


def test_demo_projects_can_be_installed(up, bench):
    names = sorted(demo.name for demo in list_demos())
    index = ("--default-index", up.simple_url, "--prerelease", "if-necessary")
    done = bench.uv("pip", "install", "--no-cache", *index, *names)
    assert done.status == 0, done.output
    assert len(bench.versions()) == len(names)


def test_demo_projects_have_sdists_with_the_same_metadata(up):
    for demo in list_demos():
        told = up.http.get(f"/pypi/{demo.name}/json").json()
        assert {file["packagetype"] for file in told["urls"]} == {"bdist_wheel", "sdist"}


def test_seeding_again_changes_nothing(up):
    before = (up.names(), up.blobs(), [up.page(name) for name in up.names()])
    done = up.run_command("seed")
    assert done.returncode == 0, done.stderr
    assert "0 people and 0 files" in done.stdout
    assert "password" not in done.stdout
    after = (up.names(), up.blobs(), [up.page(name) for name in up.names()])
    assert after == before


def test_ctrl_c_leaves_no_process(up):
    group = os.getpgid(up.list_processes()[0].pid)
    leader = min(up.list_processes(), key=lambda process: process.create_time())
    os.killpg(os.getpgid(leader.pid), signal.SIGINT)
    assert ends(up), group


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_to_the_one_that_was_started_leaves_no_process(up, number):
    leader = min(up.list_processes(), key=lambda process: process.create_time())
    leader.send_signal(number)
    assert ends(up)


def test_killed_parent_leaves_no_process(up):
    parent = next(p for p in up.list_processes() if "serve" in p.cmdline())
    parent.kill()
    assert ends(up)


def test_worker_that_dies_takes_the_house_along(up):
    parent = next(p for p in up.list_processes() if "serve" in p.cmdline())
    parent.children()[0].kill()
    assert ends(up)


def test_web_process_that_dies_comes_back(up):
    parent = next(p for p in up.list_processes() if "serve" in p.cmdline())
    web = next(child for child in parent.children() if child.children())
    web.children()[0].kill()
    up.await_ready()
    assert up.http.get("/healthz").status_code == 200
    up.stop()


def test_port_that_is_taken_is_told_in_a_sentence(made):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = subprocess.run(
            ["make", "run"],
            cwd=ROOT,
            env=made.settings() | {"PORT": str(port)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode != 0
    assert f"Port {port}" in done.stderr
    assert "Traceback" not in done.stderr
    assert ends(made)
