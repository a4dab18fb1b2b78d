"""Pages of an upstream in several processes: whoever asks first asks for all."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.functional.house import ROOT, House
from tests.upstreams import Slow, Status, UpstreamServer

PROCESSES, THREADS = 2, 25

# Freshens a project in many threads when it is told to, and prints what came of it.
ASKER = """
import sys, threading
from app import create_app
from app.core.exceptions import Unavailable
from app.indexes.queries import get_index
from app.sources.registry import source_for

app = create_app()
outcomes = []

def ask(name):
    with app.app_context():
        try:
            source = source_for(get_index("main"))
            is_here = source.freshen(name)
            page = source.find_page(name)
            outcomes.append(f"{is_here} {len(page.files) if page else 0}")
        except Unavailable as error:
            outcomes.append(error.code)

print("ready", flush=True)
for line in sys.stdin:
    threads = [threading.Thread(target=ask, args=(line.strip(),)) for _ in range(int(sys.argv[1]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(",".join(sorted(set(outcomes))), len(outcomes), flush=True)
    outcomes.clear()
"""


class Askers:
    """Processes that share a house with its database."""

    def __init__(self, house: House, stack: ExitStack) -> None:
        self.processes = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", ASKER, str(THREADS)],
                    cwd=ROOT,
                    env=house.settings(),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for _ in range(PROCESSES)
        ]
        assert [self._read(process) for process in self.processes] == ["ready"] * PROCESSES

    def ask(self, name: str) -> list[str]:
        """Let all threads of all processes ask for a project at once."""
        for process in self.processes:
            assert process.stdin is not None
            process.stdin.write(f"{name}\n")
            process.stdin.flush()
        return [self._read(process) for process in self.processes]

    @staticmethod
    def _read(process: "subprocess.Popen[str]") -> str:
        assert process.stdout is not None
        return process.stdout.readline().strip()


@pytest.fixture(scope="module")
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        yield server


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def askers(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    upstream: UpstreamServer,
) -> Iterator[Askers]:
    url = None
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").make_database("tilsit_mirror")
    folder = tmp_path_factory.mktemp("askers") / "data"
    folder.mkdir()
    environ = {"UPSTREAM_URL": upstream.url, "MIRROR_TTL": "600"}
    house = House("granian", folder, url, environ)
    house.prepare()
    upstream.log.clear()
    with ExitStack() as stack:
        yield Askers(house, stack)


@pytest.fixture(autouse=True)
def _honest(upstream: UpstreamServer) -> Iterator[None]:
    yield
    upstream.heals()
    upstream.log.clear()


def test_check_95_fifty_askers_in_two_processes_ask_once(
    askers: Askers, upstream: UpstreamServer
) -> None:
    upstream.add_wheel("popular")
    # Long enough for all of them to come.
    upstream.breaks(Slow(0.5))

    assert askers.ask("popular") == [f"True 1 {THREADS}"] * PROCESSES
    assert [seen.path for seen in upstream.log] == ["/simple/popular/"]


def test_fifty_askers_hear_of_one_absence(askers: Askers, upstream: UpstreamServer) -> None:
    upstream.breaks(Slow(0.5))

    assert askers.ask("nobody") == [f"False 0 {THREADS}"] * PROCESSES
    assert len(upstream.log) == 1


def test_check_91_failure_is_told_and_not_kept(askers: Askers, upstream: UpstreamServer) -> None:
    upstream.breaks(Status(503))

    assert askers.ask("broken") == [f"upstream-unavailable {THREADS}"] * PROCESSES
    # Each process finds it out by itself.
    assert 1 <= len(upstream.log) <= PROCESSES
