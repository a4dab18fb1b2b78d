"""Real installers against a real house. They run once: granian and SQLite, as `make run` does."""

import os
import socket
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pypi_simple
import pytest

from app.accounts.actors import OPERATOR
from app.core.database import transaction
from app.indexes.queries import get_index
from app.projects.queries import get_project, get_release
from app.projects.services import unyank
from tests.archives import make_wheel, wheel_name
from tests.functional.cutting import CuttingProxy
from tests.functional.demo import NAME, YANKED, publish_demo, set_yank, write_sources
from tests.functional.test_pages import visible_to
from tests.functional.uploading import publish

DONE = {"foo-bar-baz": "1.0", "dep-one": "1.0"}
HTML_ONLY = "text/html"


@pytest.fixture(scope="module", autouse=True)
def demo(lab):
    """Have the demo project published."""
    publish_demo(lab)


def with_key(url: str, secret: str) -> str:
    return url.replace("http://", f"http://__token__:{secret}@")


def test_check_1_pip_installs_the_newest_good_release(lab, bench):
    done = bench.pip("install", "--no-cache-dir", "-i", lab.simple_url, NAME)
    assert done.status == 0, done.output
    assert bench.versions() == DONE


def test_check_2_uv_installs_the_newest_good_release(lab, bench):
    done = bench.uv("pip", "install", "--no-cache", "--default-index", lab.simple_url, NAME)
    assert done.status == 0, done.output
    assert bench.versions() == DONE


@pytest.mark.parametrize("spelling", ["foo.bar-BAZ", "FOO_BAR.baz"])
def test_check_13_any_spelling_installs(lab, bench, spelling):
    done = bench.pip("install", "--no-deps", "-i", lab.simple_url, spelling)
    assert done.status == 0, done.output
    bench.uv("pip", "uninstall", NAME)
    done = bench.uv("pip", "install", "--no-deps", "--default-index", lab.simple_url, spelling)
    assert done.status == 0, done.output


def test_check_16_sdists_are_built_and_installed(lab, bench):
    done = bench.uv(
        *("pip", "install", "--no-binary", ":all:", "--default-index", lab.simple_url, NAME)
    )
    assert done.status == 0, done.output
    assert bench.versions() == DONE


def test_check_16_pip_downloads_an_sdist_by_its_hash(lab, bench):
    done = bench.pip(*("download", "--no-deps", "--no-binary", ":all:", "-i", lab.simple_url, NAME))
    assert done.status == 0, done.output


@pytest.fixture
def sources(bench) -> Path:
    """Give a project that needs Foo.Bar_baz."""
    folder = write_sources(bench.folder / "sources", "check-18")
    text = (folder / "pyproject.toml").read_text()
    (folder / "pyproject.toml").write_text(text.replace("dep-one", NAME))
    return folder


def hashes(lab) -> set[str]:
    page = lab.page("foo-bar-baz")["files"]
    wanted = {"foo_bar_baz-1.0-py3-none-any.whl", "foo_bar_baz-1.0.tar.gz"}
    return {file["hashes"]["sha256"] for file in page if file["filename"] in wanted}


def test_check_18_uv_lock(lab, bench, sources):
    done = bench.run(bench.clients.uv, "lock", "--default-index", lab.simple_url, cwd=sources)
    assert done.status == 0, done.output
    lock = (sources / "uv.lock").read_text()
    assert all(sha256 in lock for sha256 in hashes(lab))


def test_check_18_pip_lock(lab, bench, sources):
    done = bench.pip("lock", "-i", lab.simple_url, "-o", str(sources / "pylock.toml"), NAME)
    assert done.status == 0, done.output
    lock = tomllib.loads((sources / "pylock.toml").read_text())
    assert {package["name"] for package in lock["packages"]} == set(DONE)


def test_check_18_poetry_lock(lab, bench, sources):
    source = f'\n[[tool.poetry.source]]\nname = "lab"\nurl = "{lab.simple_url}"\n'
    source += 'priority = "primary"\n'
    with (sources / "pyproject.toml").open("a") as file:
        file.write(source)
    done = bench.tool("poetry", "lock", "-n", cwd=sources)
    assert done.status == 0, done.output
    lock = (sources / "poetry.lock").read_text()
    assert all(sha256 in lock for sha256 in hashes(lab))


def test_check_18_pdm_lock(lab, bench, sources):
    source = f'\n[[tool.pdm.source]]\nname = "pypi"\nurl = "{lab.simple_url}"\nverify_ssl = true\n'
    with (sources / "pyproject.toml").open("a") as file:
        file.write(source)
    done = bench.tool("pdm", "lock", "-v", cwd=sources, PDM_CHECK_UPDATE="0")
    assert done.status == 0, done.output
    lock = (sources / "pdm.lock").read_text()
    assert all(sha256 in lock for sha256 in hashes(lab))


def test_check_18_pipenv_lock(lab, bench):
    folder = bench.folder / "pipenv"
    folder.mkdir()
    (folder / "Pipfile").write_text(
        f'[[source]]\nname = "lab"\nurl = "{lab.simple_url}"\nverify_ssl = false\n'
        f'[packages]\n"{NAME}" = "*"\n'
    )
    done = bench.tool(
        *("pipenv", "lock", "--python", bench.python),
        cwd=folder,
        PIPENV_VENV_IN_PROJECT="1",
        PIPENV_YES="1",
    )
    assert done.status == 0, done.output
    lock = (folder / "Pipfile.lock").read_text()
    assert all(sha256 in lock for sha256 in hashes(lab))


@pytest.mark.parametrize("is_right", [True, False])
@pytest.mark.parametrize("client", ["pip", "uv"])
def test_check_19_hashes_are_demanded(lab, bench, client, is_right):
    file = lab.page("dep-one")["files"][0]
    digest = file["hashes"]["sha256"] if is_right else "0" * 64
    needs = bench.folder / "needs.txt"
    needs.write_text(f"dep-one==1.0 --hash=sha256:{digest}\n")
    if client == "pip":
        done = bench.pip("install", "--require-hashes", "-i", lab.simple_url, "-r", str(needs))
    else:
        index = ("--default-index", lab.simple_url)
        done = bench.uv("pip", "sync", "--require-hashes", *index, str(needs))
    assert (done.status == 0) is is_right, done.output


def test_check_21_pip_installs_from_a_closed_index(lab, bench):
    index = with_key(lab.simple_url, lab.token)
    with visible_to(lab, "members"):
        done = bench.pip("install", "--no-cache-dir", "-i", index, NAME)
    assert done.status == 0, done.output
    assert bench.versions() == DONE


def test_check_22_wrong_password_ends_pip_and_uv(lab, bench):
    index = with_key(lab.simple_url, "wrong")
    with visible_to(lab, "members"):
        by_pip = bench.pip("install", "--no-input", "-i", index, NAME)
        by_uv = bench.uv("pip", "install", "--no-cache", "--default-index", index, NAME)
    assert by_pip.status != 0
    assert "401" in by_pip.output or "not correct" in by_pip.output
    assert by_uv.status != 0
    assert "401" in by_uv.output


def test_check_23_credentials_in_netrc(lab, bench):
    netrc = bench.home / ".netrc"
    host = urlsplit(lab.url).hostname
    netrc.write_text(f"machine {host} login __token__ password {lab.token}\n")
    netrc.chmod(0o600)
    with visible_to(lab, "members"):
        by_uv = bench.uv("pip", "install", "--no-cache", "--default-index", lab.simple_url, NAME)
        by_pip = bench.pip("install", "--force-reinstall", "-i", lab.simple_url, NAME)
    assert by_uv.status == 0, by_uv.output
    assert by_pip.status == 0, by_pip.output


def test_check_25_uv_stops_where_it_may_not_read(lab, bench, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / wheel_name(NAME, "99.0")).write_bytes(make_wheel(NAME, "99.0"))
    lab.make_account("passer-by", may_publish=False)
    index = with_key(lab.simple_url, lab.make_token("passer-by", scope="read"))
    other = ("--default-index", lab.simple_url, "--no-cache")
    with visible_to(lab, "members"):
        done = bench.uv("pip", "install", "--index", index, *other, NAME)
    assert done.status != 0
    assert "403" in done.output


def test_check_70_html_leads_to_the_same_choice(lab, bench):
    with CuttingProxy(lab.port, accept=HTML_ONLY) as proxy:
        done = bench.pip("install", "--no-cache-dir", "-i", proxy.simple_url, NAME)
    assert done.status == 0, done.output
    assert bench.versions() == DONE


def test_check_71_yanked_release_can_be_asked_for(lab, bench):
    done = bench.pip("install", "-i", lab.simple_url, f"{NAME}==1.1")
    assert done.status == 0, done.output
    assert f"Reason for being yanked: {YANKED}" in done.output
    by_uv = bench.uv(
        *("pip", "install", "--reinstall", "--default-index", lab.simple_url, f"{NAME}==1.1")
    )
    assert by_uv.status == 0, by_uv.output
    assert YANKED in by_uv.output


def test_check_71_and_80_unyanked_release_is_chosen_at_once(lab, bench):
    index = ("--default-index", lab.simple_url)
    bench.uv("pip", "install", *index, NAME)
    with lab.inside(), transaction():
        release = get_release(get_project(get_index().id, NAME).id, "1.1")
        unyank(OPERATOR, release.id)
    done = bench.uv("pip", "install", "--upgrade", *index, NAME)
    by_pip = bench.pip("download", "--no-deps", "-i", lab.simple_url, NAME)
    set_yank(lab, "1.1")
    assert done.status == 0, done.output
    assert bench.versions()["foo-bar-baz"] == "1.1"
    assert "foo_bar_baz-1.1" in by_pip.output


def test_check_73_pre_releases_when_asked_for(lab, bench):
    done = bench.pip("install", "--pre", "-i", lab.simple_url, NAME)
    assert done.status == 0, done.output
    assert bench.versions()["foo-bar-baz"] == "2.0rc1"
    bench.uv("pip", "uninstall", NAME)
    index = ("--default-index", lab.simple_url)
    done = bench.uv("pip", "install", "--prerelease", "allow", *index, NAME)
    assert done.status == 0, done.output
    assert bench.versions()["foo-bar-baz"] == "2.0rc1"


def test_check_74_python_that_is_too_old_is_named(lab, bench):
    by_pip = bench.pip("install", "-i", lab.simple_url, f"{NAME}>=3")
    by_uv = bench.uv("pip", "install", "--default-index", lab.simple_url, f"{NAME}>=3")
    assert by_pip.status != 0
    assert "Requires-Python >=4" in by_pip.output
    assert by_uv.status != 0
    assert "Python>=4" in by_uv.output.replace(" ", "")


@pytest.mark.parametrize(("day", "is_there"), [("2025-01-01", False), ("2099-01-01", True)])
def test_check_75_time_of_upload_decides(lab, bench, day, is_there):
    by_pip = bench.pip(
        *("download", "--no-deps", "--uploaded-prior-to", day, "-i", lab.simple_url, NAME)
    )
    by_uv = bench.uv(
        *("pip", "install", "--exclude-newer", day, "--default-index", lab.simple_url, NAME)
    )
    assert (by_pip.status == 0) is is_there, by_pip.output
    assert (by_uv.status == 0) is is_there, by_uv.output
    assert "upload-time" not in by_pip.output


def test_check_76_pip_lists_versions(lab, bench):
    done = bench.pip("index", "versions", "foo-bar-baz", "-i", lab.simple_url)
    assert done.status == 0, done.output
    assert "Available versions: 1.0" in done.output


def test_check_76_poetry_searches_the_root_page(lab, bench, sources):
    with (sources / "pyproject.toml").open("a") as file:
        file.write(f'\n[[tool.poetry.source]]\nname = "lab"\nurl = "{lab.simple_url}"\n')
    done = bench.tool("poetry", "search", "Foo.Bar", "-n", cwd=sources)
    assert done.status == 0, done.output
    assert "foo-bar-baz" in done.output.lower().replace(".", "-").replace("_", "-")


@pytest.mark.parametrize("accept", [pypi_simple.ACCEPT_JSON_ONLY, pypi_simple.ACCEPT_HTML_ONLY])
def test_check_78_pypi_simple_reads_everything(lab, accept, tmp_path):
    with pypi_simple.PyPISimple(lab.simple_url, accept=accept) as client:
        page = client.get_project_page("foo.bar_baz")
        names = client.get_index_page().projects
        package = next(one for one in page.packages if one.version == "1.0" and one.has_metadata)
        yanked = next(one for one in page.packages if one.version == "1.1")
        client.download_package(package, tmp_path / package.filename)
        metadata = client.get_package_metadata(package)
    assert page.repository_version == "1.4"
    assert NAME in names
    assert (yanked.is_yanked, yanked.yanked_reason) == (True, YANKED)
    assert package.requires_python == ">=3.8"
    assert "Name: Foo.Bar_baz" in metadata


@pytest.mark.parametrize("client", ["pip", "uv"])
def test_check_84_cut_connection_is_survived(lab, bench, client):
    name = f"check-84-{client}"
    filename, content = big_wheel(name)
    publish(lab, filename, content)
    with CuttingProxy(lab.port, cut_after=200_000) as proxy:
        if client == "pip":
            done = bench.pip("install", "--no-cache-dir", "-i", proxy.simple_url, name)
        else:
            index = ("--no-cache", "--default-index", proxy.simple_url)
            done = bench.uv("pip", "install", *index, name)
    assert done.status == 0, done.output
    assert proxy.cuts == 1
    if client == "pip":
        assert "resum" in done.output.lower()


def big_wheel(name: str, size: int = 1_000_000) -> tuple[str, bytes]:
    content = make_wheel(name, members={"noise.bin": os.urandom(size)}, store=True)
    return wheel_name(name), content


def test_check_87_many_downloads_beside_slow_clients(lab):
    filename, content = big_wheel("check-87")
    publish(lab, filename, content)
    url = httpx.URL(f"{lab.simple_url}check-87/").join(lab.page("check-87")["files"][0]["url"])
    request = f"GET {url.path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    slow = [socket.create_connection(("127.0.0.1", lab.port)) for _ in range(8)]
    for line in slow:
        line.sendall(request)
        line.recv(10)
    with ThreadPoolExecutor(50) as pool:
        sizes = list(pool.map(lambda _: len(httpx.get(url, trust_env=False).content), range(50)))
    for line in slow:
        line.close()
    assert sizes == [len(content)] * 50


def test_check_88_links_behind_a_proxy_with_a_prefix(lab, bench):
    with CuttingProxy(lab.port, prefix="/pkgs") as proxy:
        index = f"{proxy.url}/pkgs/simple/"
        done = bench.pip("install", "--no-cache-dir", "-i", index, NAME)
        by_uv = bench.uv(
            *("pip", "install", "--reinstall", "--no-cache", "--default-index", index, NAME)
        )
    assert done.status == 0, done.output
    assert by_uv.status == 0, by_uv.output


def test_check_88_locked_addresses_still_work_after_a_restart(lab, bench, sources):
    locked = bench.run(bench.clients.uv, "lock", "--default-index", lab.simple_url, cwd=sources)
    assert locked.status == 0, locked.output
    lab.restart()
    index = ("--default-index", lab.simple_url, "--no-cache", "--no-install-project")
    done = bench.run(bench.clients.uv, "sync", "--locked", *index, cwd=sources)
    assert done.status == 0, done.output
