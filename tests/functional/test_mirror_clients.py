"""Real installers through a mirror: an own package that needs others of an upstream."""

import hashlib
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.archives import make_wheel, wheel_name
from tests.functional.conftest import running
from tests.functional.demo import BACKEND
from tests.functional.house import House
from tests.functional.uploading import publish
from tests.upstreams import UpstreamServer

OLD = "2024-01-01T00:00:00.000000Z"
APP = "harbour-app"
# What the own package comes down to, and what of it is the upstream's.
ALL = {APP: "1.0", "lamp": "1.1", "oil": "1.0"}
COPIED = ("lamp", "oil")


@pytest.fixture(scope="module")
def upstream() -> Iterator[UpstreamServer]:
    """Give an upstream that tells all there is to tell."""
    with UpstreamServer() as server:
        for version in ("1.0", "1.1", "2.0"):
            yanked = "It smokes." if version == "2.0" else None
            facts = {"uploaded_at": OLD, "yanked": yanked, "requires_python": ">=3.8"}
            server.add_wheel("Lamp", version, fields={"requires_dist": ["oil"]}, **facts)
            server.add_sdist("Lamp", version, **facts)
        server.add_wheel("oil", "1.0", uploaded_at=OLD)
        server.add_wheel(APP, "99", uploaded_at=OLD)
        _add_relic(server)
        yield server


def _add_relic(server: UpstreamServer) -> None:
    """Add a project with all kinds of files that were uploaded once."""
    server.add_wheel("relic", "1.0", uploaded_at=OLD)
    for filename, facts in {
        "relic-0.9-py2.7.egg": {},
        "relic-0.9.win32.exe": {},
        "Relic-0.8.ZIP": {},
        "relic-0.7.tar.bz2": {"requires_python": ">=3.*, nonsense"},
        "relic-0.6-beta-final.tar.gz": {"yanked": ""},
        "RELIC-0.5.tar.gz": {"has_size": False, "yanked": 'a "reason" <with>\nmarks'},
        "relic-0.4.tar.gz": {"has_hash": False},
    }.items():
        version = filename.split("-")[1][:3]
        server.add_file("relic", filename, b"old", version, uploaded_at=OLD, **facts)


@pytest.fixture(scope="module")
def mirror(upstream: UpstreamServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give a house that copies the upstream and has a package of its own."""
    folder = tmp_path_factory.mktemp("mirror") / "data"
    with running(House("granian", folder, environ={"UPSTREAM_URL": upstream.url})) as house:
        needs = {"requires_dist": ["lamp>=1"], "requires_python": ">=3.8"}
        publish(house, wheel_name(APP), make_wheel(APP, **needs))
        yield house


@pytest.fixture
def project(bench) -> Path:
    """Give the sources of somebody who needs the own package."""
    folder = bench.folder / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text(
        f'{BACKEND}\n[project]\nname = "voyage"\nversion = "1.0"\ndescription = "x"\n'
        f'requires-python = ">=3.11"\ndependencies = ["{APP}"]\n'
    )
    return folder


@contextmanager
def down(upstream: UpstreamServer) -> Iterator[None]:
    """Let an upstream be gone for as long as the block lasts."""
    upstream.stop()
    try:
        yield
    finally:
        upstream.start()


def warm(house: House) -> None:
    """Have all that the own package needs here."""
    done = house.run_command("mirror", "prefetch", APP, *COPIED)
    assert done.returncode == 0, done.stdout + done.stderr


def append(folder: Path, text: str) -> None:
    with (folder / "pyproject.toml").open("a") as file:
        file.write(text)


def copied_hashes(house: House) -> set[str]:
    """Return the digests of the files of the upstream that a lock must name."""
    files = [file for name in COPIED for file in house.page(name)["files"]]
    return {
        file["hashes"]["sha256"]
        for file in files
        if file["filename"].startswith(("lamp-1.1", "oil-1.0"))
    }


def test_check_9_pip_installs_through_the_mirror(mirror, bench):
    done = bench.pip("install", "--no-cache-dir", "-i", mirror.simple_url, APP)
    assert done.status == 0, done.output
    assert bench.versions() == ALL


def test_check_9_uv_installs_through_the_mirror(mirror, bench):
    done = bench.uv("pip", "install", "--no-cache", "--default-index", mirror.simple_url, APP)
    assert done.status == 0, done.output
    assert bench.versions() == ALL


@pytest.mark.parametrize("client", ["pip", "uv"])
def test_check_10_a_warm_installation_needs_no_upstream(mirror, upstream, bench, client):
    warm(mirror)
    with down(upstream):
        if client == "pip":
            done = bench.pip("install", "--no-cache-dir", "-i", mirror.simple_url, APP)
        else:
            index = ("--default-index", mirror.simple_url)
            done = bench.uv("pip", "install", "--no-cache", *index, APP)
    assert done.status == 0, done.output
    assert bench.versions() == ALL


def test_check_18_uv_locks_and_installs(mirror, bench, project):
    index = ("--default-index", mirror.simple_url, "--no-cache")
    done = bench.run(bench.clients.uv, "lock", *index, cwd=project)
    assert done.status == 0, done.output
    lock = (project / "uv.lock").read_text()
    assert all(sha256 in lock for sha256 in copied_hashes(mirror))
    done = bench.run(
        *(bench.clients.uv, "sync", "--locked", "--no-install-project", *index), cwd=project
    )
    assert done.status == 0, done.output
    assert installed(project / ".venv") >= {"harbour_app-1.0", "lamp-1.1", "oil-1.0"}


def test_check_18_poetry_locks_and_installs(mirror, bench, project):
    append(
        project,
        f'\n[[tool.poetry.source]]\nname = "house"\nurl = "{mirror.simple_url}"\n'
        'priority = "primary"\n',
    )
    inside = {"POETRY_VIRTUALENVS_IN_PROJECT": "true"}
    done = bench.tool("poetry", "lock", "-n", cwd=project, **inside)
    assert done.status == 0, done.output
    lock = (project / "poetry.lock").read_text()
    assert all(sha256 in lock for sha256 in copied_hashes(mirror))
    done = bench.tool("poetry", "install", "-n", "--no-root", cwd=project, **inside)
    assert done.status == 0, done.output
    assert installed(project / ".venv") >= {"harbour_app-1.0", "lamp-1.1", "oil-1.0"}


def test_check_18_pdm_locks_and_installs(mirror, bench, project):
    append(
        project,
        f'\n[[tool.pdm.source]]\nname = "pypi"\nurl = "{mirror.simple_url}"\nverify_ssl = true\n',
    )
    plain = {"PDM_CHECK_UPDATE": "0", "PDM_VENV_BACKEND": "venv", "PDM_VENV_IN_PROJECT": "1"}
    done = bench.tool("pdm", "lock", "-v", cwd=project, **plain)
    assert done.status == 0, done.output
    lock = (project / "pdm.lock").read_text()
    assert all(sha256 in lock for sha256 in copied_hashes(mirror))
    done = bench.tool("pdm", "sync", "-v", "--no-self", cwd=project, **plain)
    assert done.status == 0, done.output
    assert installed(project / ".venv") >= {"harbour_app-1.0", "lamp-1.1", "oil-1.0"}


def installed(environment: Path) -> set[str]:
    """Return what is installed in an environment, as its metadata folders are called."""
    return {path.stem for path in environment.glob("lib/python*/site-packages/*.dist-info")}


def test_check_18_a_lock_of_pip_is_prefetched_and_installs_without_the_upstream(
    mirror, upstream, bench
):
    lock = bench.folder / "pylock.toml"
    done = bench.pip("lock", "-i", mirror.simple_url, "-o", str(lock), APP)
    assert done.status == 0, done.output
    assert {each["name"] for each in tomllib.loads(lock.read_text())["packages"]} == set(ALL)
    done = mirror.run_command("mirror", "prefetch", "--pylock", str(lock), "--pin")
    assert done.returncode == 0, done.stdout + done.stderr
    with down(upstream):
        done = bench.uv("pip", "sync", "--no-cache", "--preview", str(lock))
    assert done.status == 0, done.output
    assert bench.versions() == ALL


@pytest.mark.parametrize("is_right", [True, False])
@pytest.mark.parametrize("client", ["pip", "uv"])
def test_check_19_hashes_are_demanded(mirror, bench, client, is_right):
    (file,) = mirror.page("oil")["files"]
    digest = file["hashes"]["sha256"] if is_right else "0" * 64
    needs = bench.folder / "needs.txt"
    needs.write_text(f"oil==1.0 --hash=sha256:{digest}\n")
    if client == "pip":
        done = bench.pip("install", "--require-hashes", "-i", mirror.simple_url, "-r", str(needs))
    else:
        index = ("--default-index", mirror.simple_url, "--no-cache")
        done = bench.uv("pip", "sync", "--require-hashes", *index, str(needs))
    assert (done.status == 0) is is_right, done.output


def test_check_26_a_name_that_is_ours_is_never_asked_of_the_upstream(mirror, upstream, bench):
    for client in (bench.pip, bench.uv):
        index = ("--index-url" if client == bench.pip else "--default-index", mirror.simple_url)
        pip = () if client == bench.pip else ("pip",)
        done = client(*pip, "install", "--reinstall" if pip else "--force-reinstall", *index, APP)
        assert done.status == 0, done.output
        assert bench.versions()[APP] == "1.0"
    assert mirror.filenames(APP) == [wheel_name(APP)]
    assert upstream.asked(f"*{APP}*") == []
    assert upstream.asked("*harbour*") == []


@pytest.mark.parametrize(("day", "is_there"), [("2020-01-01", False), ("2099-01-01", True)])
def test_check_75_installers_choose_by_upload_times(mirror, bench, day, is_there):
    index, moment = mirror.simple_url, f"{day}T00:00:00Z"
    for name in (APP, "lamp"):
        pip = ("install", "--no-cache-dir", "--no-deps", "--uploaded-prior-to", moment)
        by_pip = bench.pip(*pip, "-i", index, name)
        uv = ("pip", "install", "--no-cache", "--no-deps", "--reinstall")
        by_uv = bench.uv(*uv, "--exclude-newer", moment, "--default-index", index, name)
        assert (by_pip.status == 0) is is_there, by_pip.output
        assert (by_uv.status == 0) is is_there, by_uv.output


def test_check_85_a_wheel_without_metadata_is_read_in_parts(mirror, upstream, bench, project):
    upstream.add_wheel("bare", "1.0", uploaded_at=OLD, fields={"requires_dist": ["oil"]})
    upstream.project("bare").files[wheel_name("bare")].metadata = None
    done = bench.pip(
        *("install", "--no-cache-dir", "--use-feature=fast-deps", "-i", mirror.simple_url, "bare")
    )
    assert done.status == 0, done.output
    assert bench.versions() == {"bare": "1.0", "oil": "1.0"}


def test_check_97_a_new_release_is_there_after_one_refresh(mirror, upstream):
    upstream.add_wheel("fresh", "1.0", uploaded_at=OLD)
    assert mirror.filenames("fresh") == [wheel_name("fresh")]
    upstream.add_wheel("fresh", "2.0", uploaded_at=OLD)
    assert mirror.filenames("fresh") == [wheel_name("fresh")]
    done = mirror.run_command("mirror", "refresh", "fresh")
    assert "fresh: 1 file more." in done.stdout
    assert mirror.filenames("fresh") == [wheel_name("fresh"), wheel_name("fresh", "2.0")]


def test_check_98_old_files_do_not_spoil_a_page(mirror, upstream, bench, project):
    shown = {file["filename"]: file for file in mirror.page("relic")["files"]}
    assert set(shown) == set(upstream.project("relic").files)
    assert shown["relic-0.7.tar.bz2"]["requires-python"] == ">=3.*, nonsense"
    index = mirror.simple_url
    for done in (
        bench.pip("install", "--no-cache-dir", "-i", index, "relic"),
        bench.uv("pip", "install", "--no-cache", "--reinstall", "--default-index", index, "relic"),
    ):
        assert done.status == 0, done.output
        assert bench.versions() == {"relic": "1.0"}


@pytest.mark.parametrize("client", ["poetry", "pdm"])
def test_check_98_old_files_do_not_spoil_a_lock(mirror, bench, project, client):
    text = (project / "pyproject.toml").read_text()
    (project / "pyproject.toml").write_text(text.replace(APP, "relic"))
    kind = 'priority = "primary"' if client == "poetry" else "verify_ssl = true"
    name = "house" if client == "poetry" else "pypi"
    append(
        project,
        f'\n[[tool.{client}.source]]\nname = "{name}"\nurl = "{mirror.simple_url}"\n{kind}\n',
    )
    flag = "-n" if client == "poetry" else "-v"
    done = bench.tool(client, "lock", flag, cwd=project, PDM_CHECK_UPDATE="0")
    assert done.status == 0, done.output


def test_check_99_core_metadata_are_those_of_the_upstream(mirror, upstream):
    held = upstream.project("lamp").files[wheel_name("lamp", "1.1")]
    file = next(one for one in mirror.page("lamp")["files"] if one["filename"] == held.filename)
    answer = mirror.http.get(
        mirror.http.base_url.join("/simple/lamp/").join(file["url"] + ".metadata")
    )
    assert answer.content == held.metadata
    assert file["core-metadata"] == {"sha256": hashlib.sha256(held.metadata).hexdigest()}


def test_check_100_no_upload_takes_a_name_that_is_the_upstreams(mirror, bench):
    mirror.page("oil")
    path = bench.folder / wheel_name("oil", "2.0")
    path.write_bytes(make_wheel("oil", "2.0"))
    done = bench.run(
        *(bench.clients.uv, "publish", "--publish-url", mirror.upload_url),
        *("--token", mirror.token, str(path)),
    )
    assert done.status != 0
    assert "403" in done.output
    assert mirror.filenames("oil") == [wheel_name("oil")]
