"""Pages of an upstream over the wire, whatever it does: two web processes and real clients."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from zlib import crc32

import httpx
import pytest

from tests.archives import make_sdist
from tests.functional.conftest import running
from tests.functional.house import House
from tests.functional.test_pages import V1_JSON
from tests.upstreams import (
    CutShort,
    ErrorPage,
    Redirect,
    Refuse,
    Reply,
    Slow,
    Stall,
    Status,
    Truncate,
    UpstreamServer,
)

OLD = "2024-01-01T00:00:00.000000Z"
STALE = "X-Tilsit-Stale"
CLIENTS = 50
JSON = {"Accept": V1_JSON}


@pytest.fixture(scope="module")
def upstream() -> Iterator[UpstreamServer]:
    """Give an upstream that has no validators, so that each answer has a body to break."""
    with UpstreamServer(has_validators=False) as server:
        yield server


@pytest.fixture(scope="module")
def mirror(upstream: UpstreamServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give a house that copies it and asks it for each page anew."""
    environ = {"UPSTREAM_URL": upstream.url, "MIRROR_TTL": "0", "WEB_PROCESSES": "2"}
    folder = tmp_path_factory.mktemp("mirroring") / "data"
    with running(House("granian", folder, environ=environ)) as house:
        yield house


@pytest.fixture(autouse=True)
def _honest(upstream: UpstreamServer, mirror: House) -> Iterator[None]:
    """Heal the upstream, and let both processes see it, after each test."""
    yield
    upstream.heals()
    upstream.add_wheel("healthy", uploaded_at=OLD)
    for _ in range(8):
        await_status(mirror, "healthy", 200)
    upstream.log.clear()


def get(house: House, name: str) -> httpx.Response:
    return httpx.get(f"{house.simple_url}{name}/", headers=JSON, trust_env=False, timeout=30)


def await_status(house: House, name: str, status: int, seconds: float = 70) -> httpx.Response:
    """Ask until the answer has a status; breakers may be open for a minute."""
    deadline = time.monotonic() + seconds
    while (answer := get(house, name)).status_code != status:
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.1)
    return answer


def versions(answer: httpx.Response) -> list[str]:
    return list(answer.json()["versions"])


def test_check_95_fifty_clients_of_two_processes_are_one_line_in_the_log(
    upstream, tmp_path_factory
):
    environ = {"UPSTREAM_URL": upstream.url, "WEB_PROCESSES": "2"}
    folder = tmp_path_factory.mktemp("popular") / "data"
    upstream.add_wheel("popular", uploaded_at=OLD)
    with (
        running(House("granian", folder, environ=environ)) as house,
        ThreadPoolExecutor(CLIENTS) as pool,
    ):
        upstream.breaks(Slow(0.5))
        answers = list(pool.map(lambda _: get(house, "popular"), range(CLIENTS)))

    assert {answer.status_code for answer in answers} == {200}
    assert [seen.path for seen in upstream.log] == ["/simple/popular/"]


def test_check_10_warm_page_outlives_its_upstream(mirror, upstream):
    upstream.add_wheel("warm", uploaded_at=OLD)
    assert STALE not in get(mirror, "warm").headers
    upstream.stop()
    try:
        begin = time.monotonic()
        answers = [get(mirror, "warm") for _ in range(20)]
        passed = time.monotonic() - begin
    finally:
        upstream.start()

    assert {answer.status_code for answer in answers} == {200}
    assert all(int(answer.headers[STALE]) >= 0 for answer in answers)
    assert passed < 5


def test_check_91_cold_page_of_a_dead_upstream_is_no_404(mirror, upstream):
    upstream.stop()
    try:
        answer = get(mirror, "cold")
    finally:
        upstream.start()

    assert answer.status_code == 503
    assert 1 <= int(answer.headers["Retry-After"]) <= 5


@pytest.mark.parametrize("trouble", [Slow(), Stall()], ids=repr)
def test_check_92_nobody_waits_for_more_than_eight_seconds(mirror, upstream, trouble):
    name = f"slow-{type(trouble).__name__.lower()}"
    upstream.add_wheel(name, uploaded_at=OLD)
    upstream.add_wheel(f"{name}-cold", uploaded_at=OLD)
    get(mirror, name)
    upstream.breaks(trouble)

    begin = time.monotonic()
    warm = get(mirror, name)
    middle = time.monotonic()
    cold = get(mirror, f"{name}-cold")
    end = time.monotonic()

    assert (warm.status_code, STALE in warm.headers) == (200, True)
    assert middle - begin < 3
    assert cold.status_code == 503
    assert end - middle < 8


@pytest.mark.parametrize(
    "trouble",
    [
        *(Status(500), Status(502), Status(429), Status(403), Truncate(), CutShort(), Refuse()),
        *(ErrorPage(), Redirect(), Redirect("http://169.254.169.254/latest/meta-data/")),
        *(Redirect("http://127.0.0.1:1/"), ErrorPage(b'{"oops": 1}', "application/json")),
    ],
    ids=repr,
)
def test_check_96_what_goes_wrong_is_stale_or_503_and_not_kept(mirror, upstream, trouble):
    name = f"trouble-{crc32(repr(trouble).encode())}"
    upstream.add_wheel(name, uploaded_at=OLD)
    upstream.add_wheel(f"{name}-cold", uploaded_at=OLD)
    get(mirror, name)
    upstream.breaks(trouble, path=f"/simple/{name}*")

    warm, cold = get(mirror, name), get(mirror, f"{name}-cold")

    assert (warm.status_code, versions(warm)) == (200, ["1.0"])
    assert STALE in warm.headers
    assert cold.status_code == 503
    upstream.heals()
    assert versions(await_status(mirror, f"{name}-cold", 200)) == ["1.0"]


def test_check_96_missing_project_is_404_and_appears(mirror, upstream):
    assert get(mirror, "soon").status_code == 404
    upstream.add_wheel("soon", uploaded_at=OLD)

    assert versions(get(mirror, "soon")) == ["1.0"]


def test_check_96_relative_redirects_are_followed(mirror, upstream):
    upstream.add_wheel("moved", uploaded_at=OLD)
    upstream.pages["/simple/old-name/"] = Reply(301, "", b"", {"Location": "../elsewhere/"})
    upstream.pages["/simple/elsewhere/"] = Reply(
        200, "text/html", b'<a href="old_name-1.0.zip" data-upload-time="2024-01-01T00:00Z">x</a>'
    )

    assert versions(get(mirror, "old-name")) == ["1.0"]


def test_check_97_news_are_seen_when_a_page_is_due(mirror, upstream):
    file = upstream.add_wheel("news", "1.0", uploaded_at=OLD)
    get(mirror, "news")
    file.yanked = 'a "bad" build'
    upstream.add_wheel("news", "1.1", uploaded_at=OLD)

    page = get(mirror, "news").json()

    assert page["versions"] == ["1.0", "1.1"]
    assert [found["yanked"] for found in page["files"]] == ['a "bad" build', False]


@pytest.fixture(scope="module")
def odd(upstream: UpstreamServer) -> str:
    """Give a project with all that was ever uploaded, and one wheel that can be installed."""
    name = "Odd.Project"
    facts = {"uploaded_at": OLD}
    upstream.add_wheel(name, "2.0", **facts)
    upstream.add_sdist(name, "0.9", **facts)
    for filename, version in (
        *(("Odd.Project-0.1-py2.5.egg", "0.1"), ("Odd.Project-0.2.win32-py2.6.exe", "0.2")),
        *(("ODD_PROJECT-0.3.ZIP", "0.3"), ("Odd.Project-0.4-r12.tar.bz2", "0.4-r12")),
        *(("odd-project-2004d.tar.gz", "2004d"), ("Odd.Project-0.5.win-amd64.msi", "0.5")),
        *(("Odd.Project-0.6-1.noarch.rpm", "0.6"), ("odd_project-0.7.tar.Z", "0.7")),
    ):
        upstream.add_file(name, filename, make_sdist(), version, **facts)
    upstream.add_wheel(name, "1.1", requires_python=">=3.6.*", **facts)
    upstream.add_wheel(name, "1.2", has_hash=False, **facts)
    upstream.add_wheel(name, "1.3", has_size=False, yanked='so "odd" <b>', **facts)
    upstream.add_wheel(name, "1.4", extra={"core-metadata": None, "provenance": None}, **facts)
    return name


def test_check_98_odd_old_files_are_listed_as_they_are(mirror, upstream, odd):
    page = get(mirror, "odd-project").json()
    by_name = {file["filename"]: file for file in page["files"]}

    assert set(by_name) == set(upstream.project(odd).files)
    assert by_name["odd_project-1.1-py3-none-any.whl"]["requires-python"] == ">=3.6.*"
    assert by_name["odd_project-1.2-py3-none-any.whl"]["hashes"] == {}
    assert "size" not in by_name["odd_project-1.3-py3-none-any.whl"]
    assert by_name["odd_project-1.3-py3-none-any.whl"]["yanked"] == 'so "odd" <b>'
    assert "null" not in get(mirror, "odd-project").text


def test_check_98_pip_and_uv_install_beside_odd_files(mirror, odd, bench):
    done = bench.pip("install", "--no-cache-dir", "-i", mirror.simple_url, odd)
    assert done.status == 0, done.output
    assert bench.versions() == {"odd-project": "2.0"}
    done = bench.uv(
        *("pip", "install", "--reinstall", "--no-cache"),
        *("--default-index", mirror.simple_url, "odd-project"),
    )
    assert done.status == 0, done.output


@pytest.mark.parametrize("client", ["poetry", "pdm"])
def test_check_98_poetry_and_pdm_lock_beside_odd_files(mirror, odd, bench, client):
    source = {
        "poetry": f'[[tool.poetry.source]]\nname = "lab"\nurl = "{mirror.simple_url}"\n',
        "pdm": f'[[tool.pdm.source]]\nname = "pypi"\nurl = "{mirror.simple_url}"\n',
    }
    (bench.folder / "pyproject.toml").write_text(
        '[project]\nname = "here"\nversion = "1.0"\nrequires-python = ">=3.11"\n'
        f'dependencies = ["odd-project"]\n{source[client]}'
    )
    done = bench.tool(client, "lock", cwd=bench.folder)
    assert done.status == 0, done.output
    lock = (bench.folder / f"{client}.lock").read_text()
    assert 'version = "2.0"' in lock


def test_check_98_html_page_has_them_too(mirror, odd):
    text = httpx.get(f"{mirror.simple_url}odd-project/", trust_env=False, timeout=30).text
    assert "Odd.Project-0.1-py2.5.egg" in text
    assert "&lt;b&gt;" in text
    assert "<b>" not in text
