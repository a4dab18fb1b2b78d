"""Real installers before a policy: they take the version before the one that waits."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from app.core import clock
from app.core.database import transaction
from app.indexes.queries import get_index
from app.policy.services import add_rule
from tests.functional.conftest import running
from tests.functional.house import House
from tests.functional.test_pages import V1_JSON
from tests.upstreams import UpstreamServer

OLD = "2024-01-01T00:00:00.000000Z"
CODES = "X-Error-Code"


@pytest.fixture(scope="module")
def upstream() -> Iterator[UpstreamServer]:
    """Give an upstream with a young release, and a dependency with one."""
    young = f"{clock.now() - timedelta(days=2):%Y-%m-%dT%H:%M:%SZ}"
    with UpstreamServer() as server:
        for name, fields in (("tool", {"requires_dist": ["part>=1"]}), ("part", {})):
            server.add_wheel(name, "1.0", uploaded_at=OLD, fields=fields)
            server.add_wheel(name, "1.1", uploaded_at=young, fields=fields)
        server.add_wheel("timeless", "1.0", uploaded_at=None)
        server.add_wheel("evil", "1.0", uploaded_at=OLD)
        yield server


# gunicorn, because it lets our reason phrases through.
@pytest.fixture(scope="module")
def mirror(upstream: UpstreamServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give a house that copies the upstream and has some rules."""
    environ = {"UPSTREAM_URL": upstream.url}
    folder = tmp_path_factory.mktemp("policy") / "data"
    with running(House("gunicorn", folder, environ=environ)) as house:
        with house.inside(), transaction():
            add_rule(get_index(), "block", "evil", reason="It steals keys.")
        yield house


def test_pip_takes_the_version_before_the_one_that_waits(mirror, bench):
    done = bench.pip("install", "--no-cache-dir", "-i", mirror.simple_url, "tool")
    assert done.status == 0, done.output
    assert bench.versions() == {"tool": "1.0", "part": "1.0"}


def test_uv_takes_the_version_before_the_one_that_waits(mirror, bench):
    done = bench.uv("pip", "install", "--no-cache", "--default-index", mirror.simple_url, "tool")
    assert done.status == 0, done.output
    assert bench.versions() == {"tool": "1.0", "part": "1.0"}


@pytest.mark.parametrize("wanted", ["tool==1.1", "timeless", "evil"])
def test_what_is_refused_is_installed_by_nobody(mirror, bench, wanted):
    done = bench.pip("install", "--no-cache-dir", "-i", mirror.simple_url, wanted)
    assert done.status != 0
    done = bench.uv("pip", "install", "--no-cache", "--default-index", mirror.simple_url, wanted)
    assert done.status != 0
    assert bench.versions() == {}


def test_pip_shows_why_a_file_is_refused(mirror, upstream, bench):
    held = upstream.project("tool").files["tool-1.1-py3-none-any.whl"]
    url = f"{mirror.url}/files/{held.sha256}/{held.filename}"
    done = bench.pip("install", "--no-cache-dir", "--no-deps", url)
    assert done.status != 0
    assert "/help/refused/too-young" in done.output


@pytest.mark.parametrize("ending", ["", ".metadata"])
@pytest.mark.parametrize(
    ("name", "version", "code"),
    [("tool", "1.1", "too-young"), ("timeless", "1.0", "no-upload-time")],
)
def test_a_refusal_says_why_in_its_reason_body_and_help(
    mirror, upstream, name, version, code, ending
):
    mirror.http.get(f"/simple/{name}/", headers={"Accept": V1_JSON})
    held = upstream.project(name).files[f"{name}-{version}-py3-none-any.whl"]
    answer = mirror.http.get(f"/files/{held.sha256}/{held.filename}{ending}")
    assert (answer.status_code, answer.headers[CODES]) == (403, code)
    assert answer.text.strip() == answer.reason_phrase
    address = next(word for word in answer.text.split() if word.startswith("/help/"))
    assert address == f"/help/refused/{code}"
    assert mirror.http.get(address).text.startswith(f"{code}: ")


def test_a_blocked_name_is_an_empty_page_that_no_upstream_was_asked_for(mirror, upstream):
    page = mirror.page("evil")
    assert (page["files"], page["versions"]) == ([], [])
    assert mirror.http.get("/pypi/evil/json").status_code == 403
    assert "evil" not in mirror.names()
    assert not any("evil" in seen.path for seen in upstream.log)


def test_a_rule_is_followed_by_a_server_that_runs(mirror):
    assert mirror.page("part")["versions"] == ["1.0"]
    with mirror.inside(), transaction():
        add_rule(get_index(), "exempt", "part", "1.1")
    assert mirror.page("part")["versions"] == ["1.0", "1.1"]
    answer = httpx.get(f"{mirror.url}/policy/explain?name=part&version=1.1", trust_env=False)
    assert "All files of part 1.1 are served." in answer.text
