"""Backups of houses in which people publish, restored into other houses."""

import json
import signal
import subprocess
import sys
import threading
import time
from urllib.parse import urljoin

import pytest

from tests.archives import make_wheel, wheel_name
from tests.functional.conftest import DATABASES, running
from tests.functional.house import ROOT, House
from tests.functional.uploading import publish

WRITERS = 4
PATIENCE_SECONDS = 30


class Writers:
    """People who publish one file after the other; `done` is what was acknowledged."""

    def __init__(self, house):
        self.house = house
        self.done: list[tuple[str, str]] = []
        self.faults = []
        self._end = threading.Event()
        self._threads = [
            threading.Thread(target=self._write, args=(number,)) for number in range(WRITERS)
        ]

    def _write(self, number):
        for version in range(1000):
            if self._end.is_set():
                return
            name = f"busy-{number}"
            try:
                wheel = make_wheel(name, f"{version}.0")
                publish(self.house, wheel_name(name, f"{version}.0"), wheel)
            except AssertionError as error:
                self.faults.append(error)
                return
            self.done.append((name, f"{version}.0"))

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        for thread in self._threads:
            thread.join()

    def await_some(self, count=WRITERS):
        """Wait until so many more files were taken."""
        wanted, deadline = len(self.done) + count, time.monotonic() + PATIENCE_SECONDS
        while len(self.done) < wanted and not self.faults and time.monotonic() < deadline:
            time.sleep(0.01)


@pytest.fixture(scope="module", params=DATABASES)
def kept(request, tmp_path_factory):
    """Give a folder with a backup made while four publish, and what was there before it."""
    folder, url = tmp_path_factory.mktemp("kept"), None
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").make_database("kept")
    with running(House("granian", folder / "data", url)) as house:
        assert house.token
        with Writers(house) as writers:
            writers.await_some()
            kill_a_backup(house, folder / "backups", writers)
            before = list(writers.done)
            made = house.run_command("backup", str(folder / "backups"), "--hurry", "--json")
            writers.await_some()
        assert writers.faults == []
    assert made.returncode == 0, made.stderr
    return request.param, folder / "backups", before


def kill_a_backup(house, backups, writers):
    """Begin a backup, so slow that it cannot end, and kill it in the middle."""
    command = [sys.executable, "manage.py", "backup", str(backups), "--rate", "1"]
    with subprocess.Popen(command, cwd=ROOT, env=house.settings()) as doomed:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (backups / "unfinished").exists() and time.monotonic() < deadline:
            writers.await_some(1)
        doomed.send_signal(signal.SIGKILL)
    assert (backups / "unfinished").exists()


def test_what_was_acknowledged_before_a_backup_installs_after_it(kept, request, tmp_path, bench):
    database, backups, before = kept
    url = None
    if database == "postgresql":
        url = request.getfixturevalue("postgres").make_database("restored")
    house = House("granian", tmp_path / "data", url)
    done = house.run_command("restore", str(backups))
    assert done.returncode == 0, done.stderr
    house.start()
    try:
        for name, version in before:
            (file,) = [
                one for one in house.page(name)["files"] if f"-{version}-" in one["filename"]
            ]
            assert house.http.get(urljoin(f"/simple/{name}/", file["url"])).status_code == 200
        newest = [f"{name}=={version}" for name, version in dict(before).items()]
        index = ("--no-cache", "--default-index", house.simple_url)
        installed = bench.uv("pip", "install", *index, *newest)
        assert installed.status == 0, installed.output
        # And people go on where they were.
        publish(house, wheel_name("later"), make_wheel("later"))
        assert house.filenames("later") == [wheel_name("later")]
    finally:
        house.http.close()
        house.stop()
    checked = house.run_command("check")
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("kept", ["postgresql"], indirect=True)
def test_drill_installs_from_the_backup_and_leaves_nothing(kept, tmp_path):
    _database, backups, _before = kept
    house = House("granian", tmp_path / "data")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    done = house.run_command("backup", "drill", str(backups), "--scratch", str(scratch), "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 0, done.stdout
    assert [step["name"] for step in told["steps"]] == [
        *("backup", "restore", "start", "install", "check")
    ]
    assert f"{WRITERS} packages, all hashes right" in told["steps"][3]["told"]
    assert list(scratch.iterdir()) == []
    assert house.list_processes() == []
