"""Real installers before an exported tree, with and without a web server."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.archives import make_wheel, wheel_name
from tests.functional.databases import free_port
from tests.functional.house import House
from tests.functional.nginx import find_program
from tests.functional.test_pages import V1_JSON
from tests.upstreams import UpstreamServer

OLD = "2024-01-01T00:00:00.000000Z"
APP = "harbour-app"
ALL = {APP: "1.0", "lamp": "1.0"}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an export of an own package and of another one that it needs."""
    folder = tmp_path_factory.mktemp("export")
    with UpstreamServer() as upstream:
        upstream.add_wheel("lamp", "1.0", uploaded_at=OLD)
        house = House("granian", folder / "data", environ={"UPSTREAM_URL": upstream.url})
        house.folder.mkdir()
        house.prepare()
        (folder / "own").mkdir()
        own = make_wheel(APP, requires_dist=["lamp"])
        (folder / "own" / wheel_name(APP)).write_bytes(own)
        for command in (
            ("import", str(folder / "own")),
            ("mirror", "prefetch", "lamp"),
            ("mirror", "export", str(folder / "tree")),
        ):
            done = house.run_command(*command)
            assert done.returncode == 0, done.stdout + done.stderr
    return folder / "tree"


@contextmanager
def served(command: list[str], port: int) -> Iterator[str]:
    """Run a web server for as long as the block lasts and give its address."""
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while True:
            with suppress(httpx.TransportError):
                httpx.get(url, trust_env=False)
                break
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield url
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def nginx(tree: Path, tmp_path: Path) -> Iterator[str]:
    """Give the address of nginx, set up as the tree's own page says."""
    port = free_port()
    (block,) = re.findall(r"```nginx\n(.*?)```", (tree / "README.md").read_text(), re.DOTALL)
    outer, inner = block.split("# In server:")
    conf = tmp_path / "nginx.conf"
    temporary = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};"
        for kind in ("client_body", "proxy", "uwsgi", "fastcgi", "scgi")
    )
    conf.write_text(
        f"user root; daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log;"
        f"events {{}} http {{ access_log off; {temporary} {outer}"
        f"server {{ listen 127.0.0.1:{port}; {inner} }} }}"
    )
    early = str(tmp_path / "error.log")
    with served([find_program(), "-c", str(conf), "-e", early], port) as url:
        yield url


def test_pip_installs_without_a_server(tree, bench):
    done = bench.pip("install", "--no-cache-dir", "-i", f"file://{tree}/simple/", APP)
    assert done.status == 0, done.output
    assert bench.versions() == ALL


@pytest.mark.parametrize("client", ["pip", "uv"])
def test_installers_take_it_from_the_simplest_server(tree, bench, client):
    port = free_port()
    command = [sys.executable, "-m", "http.server", "-b", "127.0.0.1", "-d", str(tree), str(port)]
    with served(command, port) as url:
        done = install(bench, client, url)
    assert done.status == 0, done.output
    assert bench.versions() == ALL


@pytest.mark.parametrize("client", ["pip", "uv"])
def test_nginx_gives_it_with_upload_times(nginx, bench, client):
    answer = httpx.get(f"{nginx}/simple/lamp/", headers={"Accept": V1_JSON}, trust_env=False)
    assert answer.headers["Content-Type"] == V1_JSON
    assert answer.headers["Vary"] == "Accept"
    assert "text/html" in httpx.get(f"{nginx}/simple/", trust_env=False).headers["Content-Type"]
    option = "--uploaded-prior-to" if client == "pip" else "--exclude-newer"
    assert install(bench, client, nginx, option, "2020-01-01T00:00:00Z").status != 0
    done = install(bench, client, nginx, option, "2099-01-01T00:00:00Z")
    assert done.status == 0, done.output
    assert bench.versions() == ALL


def install(bench, client, url, *options):
    if client == "pip":
        return bench.pip("install", "--no-cache-dir", "-i", f"{url}/simple/", *options, APP)
    index = ("--default-index", f"{url}/simple/")
    return bench.uv("pip", "install", "--no-cache", *index, *options, APP)
