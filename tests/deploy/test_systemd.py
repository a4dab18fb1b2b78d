"""The units of systemd, as systemd itself sees them."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.places import ROOT
from tests.deploy.units import HOME, UNITS, read_unit

SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
WEBS = ("tilsit-web.service", "tilsit-uwsgi.service", "tilsit-gunicorn.service")
# In systemd's own measure, 10 is a service that may do everything.
MOST_EXPOSURE = 2.0


def analyze(*args: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    assert program is not None, "systemd-analyze is needed; on Debian: apt-get install systemd"
    return subprocess.run([program, *args], capture_output=True, text=True)


def test_systemd_can_read_all_units(tmp_path):
    # It looks for the programs too, and here they are elsewhere.
    programs = str(Path(sys.executable).parent)
    for path in UNITS.iterdir():
        text = path.read_text().replace(f"{HOME}/.venv/bin", programs)
        (tmp_path / path.name).write_text(text.replace(HOME, str(ROOT)))
    done = analyze("verify", "--man=no", *(str(path) for path in sorted(tmp_path.iterdir())))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", SERVICES)
def test_services_may_do_little_beyond_their_work(name):
    told = analyze("security", "--offline=yes", "--no-pager", str(UNITS / name)).stdout
    [exposure] = re.findall(r"exposure level for \S+: ([0-9.]+)", told)
    assert float(exposure) <= MOST_EXPOSURE


@pytest.mark.parametrize("name", SERVICES)
def test_services_are_nobody_in_particular(name):
    unit = read_unit(name)
    assert unit["User"] == ["tilsit"]
    assert unit["NoNewPrivileges"] == ["yes"]
    assert unit["ProtectSystem"] == ["strict"]


def test_tables_are_brought_up_to_date_in_one_place():
    named = [name for name in SERVICES if "db upgrade" in (UNITS / name).read_text()]
    assert named == ["tilsit-upgrade.service"]
    for name in (*WEBS, "tilsit-worker.service"):
        unit = read_unit(name)
        assert unit["Requires"] == named
        assert named[0] in unit["After"][0].split()


def test_only_one_server_has_the_port():
    for name in WEBS:
        assert set(read_unit(name)["Conflicts"][0].split()) == set(WEBS) - {name}


def test_files_that_units_name_are_there():
    for name in SERVICES:
        for path in re.findall(r"(?:--ini|--config) (\S+)", (UNITS / name).read_text()):
            assert (ROOT / path).is_file()
