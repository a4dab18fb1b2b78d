"""`make run` on its own folder: what it starts, says and leaves behind."""

import os
import signal
import socket
import subprocess

import psutil
import pytest
from packaging.utils import canonicalize_name

from app.seed.demos import list_demos
from tests.functional.house import ROOT, House


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Give a house that `make run` has furnished, stopped."""
    house = House("make", tmp_path_factory.mktemp("made") / "data")
    house.folder.mkdir()
    house.start()
    yield house
    house.http.close()
    if house.list_processes():
        house.kill()


@pytest.fixture
def up(made):
    """Give that house, up."""
    if not made.list_processes():
        made.start()
    made.await_ready()
    return made


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
        told = up.http.get(f"/pypi/{canonicalize_name(demo.name)}/json").json()
        assert {file["packagetype"] for file in told["urls"]} == {"bdist_wheel", "sdist"}


def test_seeding_again_changes_nothing(up):
    before = state_of(up)
    done = up.run_command("seed")
    assert done.returncode == 0, done.stderr
    assert "0 people and 0 files" in done.stdout
    assert "password" not in done.stdout
    assert state_of(up) == before


def state_of(house: House) -> tuple[list[str], set[str], list[object]]:
    names = house.names()
    return names, house.blobs(), [house.page(canonicalize_name(name))["files"] for name in names]


def test_ctrl_c_leaves_no_process(up):
    # A terminal sends it to all of the group that it started.
    os.killpg(os.getpgid(leader_of(up).pid), signal.SIGINT)
    assert up.has_ended()


def test_end_of_make_alone_leaves_no_process(up):
    leader_of(up).send_signal(signal.SIGTERM)
    assert up.has_ended()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_to_the_parent_alone_leaves_no_process(up, number):
    parent_of(up).send_signal(number)
    assert up.has_ended()


def leader_of(house: House) -> psutil.Process:
    return min(house.list_processes(), key=lambda process: process.create_time())


def parent_of(house: House) -> psutil.Process:
    processes = [one for one in house.list_processes() if "serve" in one.cmdline()]
    return min(processes, key=lambda process: process.create_time())


def test_killed_parent_leaves_no_process(up):
    parent = parent_of(up)
    parent.kill()
    assert up.has_ended()


def test_worker_that_dies_takes_the_house_along(up):
    parent = parent_of(up)
    parent.children()[0].kill()
    assert up.has_ended()


def test_web_process_that_dies_comes_back(up):
    parent = parent_of(up)
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
    assert made.list_processes() == []
