import errno
import os
import re
import signal

import pytest

from app.core import faults
from app.core.faults import POINTS, Fault, break_at, reach
from config import ROOT, Config, ConfigError

CONSENT = {"FAULT_CONSENT": "this is a test"}


@pytest.fixture(autouse=True)
def _unwatched():
    yield
    faults.watch(None)


def list_reached():
    """Return the points that are named in the code."""
    calls = re.compile(r"\breach\(([^)]*)\)")
    texts = (path.read_text() for path in (ROOT / "app").rglob("*.py"))
    breaking = (text for text in texts if "from app.core.faults import reach" in text)
    return {call for text in breaking for call in calls.findall(text)}


def test_what_the_code_reaches_is_what_is_declared():
    assert list_reached() == {f'"{point}"' for point in POINTS}


def test_the_documents_tell_of_every_point():
    text = (ROOT / "docs" / "reliability.md").read_text()
    told = dict(re.findall(r"^\| `([a-z-]+\.[a-z-]+)` \| (.+) \|$", text, re.MULTILINE))
    assert told == POINTS


def test_nothing_happens_at_a_point_unless_somebody_watches():
    reach("blob.linked")


def test_whoever_watches_hears_of_every_point():
    heard = []
    faults.watch(heard.append)
    reach("blob.linked")
    reach("no.such-point")
    assert heard == ["blob.linked", "no.such-point"]


def test_a_disk_is_full_at_the_nth_time_and_only_then():
    break_at(Fault.parse("blob.linked:2:enospc"))
    reach("blob.linked")
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        reach("blob.linked")
    reach("blob.linked")


def test_a_process_is_killed_unless_something_else_is_said():
    assert Fault.parse("blob.linked") == Fault("blob.linked", 1, "kill")
    child = os.fork()
    if child == 0:
        Fault("blob.linked").happen()
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


@pytest.mark.parametrize(
    "text", ["nowhere", "blob.linked:0", "blob.linked:x", "blob.linked:1:explode", "", "a:1:2:kill"]
)
def test_a_fault_that_makes_no_sense_stops_the_start(text):
    with pytest.raises(ConfigError, match="FAULT cannot be"):
        Fault.parse(text)


def test_a_fault_is_refused_unless_it_is_said_to_be_for_a_test(tmp_path):
    environ = {"DATA_DIR": str(tmp_path), "FAULT": "blob.linked"}
    for consent in ({}, {"FAULT_CONSENT": "1"}):
        with pytest.raises(ConfigError, match="FAULT breaks the house on purpose"):
            Config(environ | consent)
    assert Config(environ | CONSENT).FAULT == "blob.linked"


def test_an_installation_has_no_fault(tmp_path):
    assert Config({"DATA_DIR": str(tmp_path)}).FAULT is None
