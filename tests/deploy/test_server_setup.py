"""The script that sets a server up: below a folder, with stand-ins for what changes a machine."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.deploy.places import DEPLOY, ROOT
from tests.deploy.stubs import lay_stubs

SCRIPT = DEPLOY / "server_setup.sh"


@dataclass
class Machine:
    """A folder that looks like a fresh machine."""

    root: Path
    stubs: Path
    calls: Path

    def set_up(self, *args, release="debian 12", umask=0o022, user="0", fail="", listening=""):
        name, version = release.split()
        (self.root / "etc").mkdir(exist_ok=True)
        system = self.root / "etc" / "os-release"
        system.write_text(f'NAME="X"\nID={name}\nVERSION_ID="{version}"\n')
        self.calls.write_text("")
        self.calls.chmod(0o666)
        return subprocess.run(
            [SCRIPT, *args],
            env={
                "PATH": f"{self.stubs}:{os.environ['PATH']}:/usr/sbin",
                "CALLS": str(self.calls),
                "FAIL": fail,
                "USER_ID": user,
                "LISTENING": listening,
            },
            capture_output=True,
            text=True,
            umask=umask,
        )

    def install(self, *args, **facts):
        return self.set_up(
            "--domain", "packages.example.org", "--root", str(self.root), *args, **facts
        )

    def files(self):
        return {
            str(path.relative_to(self.root)): (path.stat().st_mode, path.read_bytes())
            for path in sorted(self.root.rglob("*"))
            if path.is_file()
        }

    @property
    def settings(self):
        text = (self.root / "etc/tilsit/tilsit.env").read_text()
        return dict(line.split("=", 1) for line in text.splitlines())


@pytest.fixture
def machine(tmp_path):
    """Give a fresh machine, in a folder with a blank in its name."""
    root = tmp_path / "a machine"
    root.mkdir()
    return Machine(root, lay_stubs(tmp_path / "stubs"), tmp_path / "calls")


@pytest.fixture
def source(tmp_path):
    """Give a folder with just what the script needs of the code."""
    folder = tmp_path / "the code"
    (folder / "app" / "static").mkdir(parents=True)
    for name in ("manage.py", "requirements.txt", "requirements-dev.txt"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    subprocess.run(["cp", "-R", DEPLOY, folder], check=True)
    return folder


@pytest.mark.parametrize("umask", [0o077, 0o000])
def test_a_second_run_changes_nothing(machine, source, umask):
    first = machine.install("--no-tls", "--source", str(source), umask=umask)
    assert (first.returncode, first.stderr) == (0, "")
    before = machine.files()
    second = machine.install("--no-tls", "--source", str(source), umask=0o022)
    assert (second.returncode, second.stderr) == (0, "")
    assert machine.files() == before
    current = machine.root / "opt/tilsit/current"
    assert (current / "manage.py").is_file()
    modes = {name: mode & 0o777 for name, (mode, _content) in before.items()}
    assert modes["etc/tilsit/tilsit.env"] == 0o640
    assert {modes[f"etc/systemd/system/tilsit-{n}.service"] for n in ("web", "worker")} == {0o644}
    assert not any(mode & 0o022 for mode in modes.values())
    assert len(machine.settings["SECRET_KEY"]) >= 32
    assert machine.settings["SITE_URL"] == "http://packages.example.org"
    site = before["etc/nginx/conf.d/tilsit.conf"][1].decode()
    assert re.findall(r"@[A-Z_]+@", site) == []
    assert "server_name packages.example.org;" in site


def test_a_dry_run_says_what_it_would_do_and_changes_nothing(machine, source):
    done = machine.install("--no-tls", "--source", str(source), "--postgresql", "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    assert list(machine.files()) == ["etc/os-release"]
    # It may look, but not touch.
    assert {line.split()[0] for line in machine.calls.read_text().splitlines()} <= {
        "id",
        "getent",
        "ss",
    }
    for told in ("apt-get install", "useradd", "tilsit.env", "tilsit-web.service", "tilsit.conf"):
        assert told in done.stdout


def test_a_run_that_was_cut_off_is_finished_by_the_next(machine, source):
    cut = machine.install("--no-tls", "--source", str(source), fail="venv")
    assert cut.returncode != 0
    assert not (machine.root / "opt/tilsit/current").exists()
    done = machine.install("--no-tls", "--source", str(source))
    assert (done.returncode, done.stderr) == (0, "")
    assert (machine.root / "opt/tilsit/current/.complete").is_file()


def test_what_the_operator_has_set_stays(machine, source):
    machine.install("--no-tls", "--source", str(source))
    path = machine.root / "etc/tilsit/tilsit.env"
    secret = machine.settings["SECRET_KEY"]
    path.write_text(path.read_text().replace("PORT=5000", "PORT=5001") + "SITE_NAME=Ours & all\n")
    done = machine.install("--email", "a@example.org", "--source", str(source), "--prefix", "")
    assert done.returncode != 0  # an empty value is no value
    done = machine.install("--email", "a@example.org", "--source", str(source))
    assert (done.returncode, done.stderr) == (0, "")
    assert "PORT stays" in done.stdout
    settings = machine.settings
    assert (settings["PORT"], settings["SECRET_KEY"]) == ("5001", secret)
    assert settings["SITE_NAME"] == "Ours & all"
    # With a certificate at last, cookies are for TLS only.
    assert settings["SITE_URL"] == "https://packages.example.org"


def test_another_release_becomes_current_and_the_one_before_stays(machine, source):
    machine.install("--no-tls", "--source", str(source))
    first = (machine.root / "opt/tilsit/current").resolve()
    (source / "manage.py").write_text("# newer\n")
    machine.install("--no-tls", "--source", str(source))
    second = (machine.root / "opt/tilsit/current").resolve()
    assert second != first
    assert first.is_dir()


def test_a_git_ref_is_taken_by_its_commit(machine, source):
    git = ("git", "-C", str(source), "-c", "user.name=x", "-c", "user.email=x@example.org")
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "One"], ["tag", "v1"]):
        subprocess.run([*git, *command], check=True)
    done = machine.install("--no-tls", "--source", str(source), "--ref", "v1")
    assert (done.returncode, done.stderr) == (0, "")
    head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    name = (machine.root / "opt/tilsit/current").resolve().name
    assert head.stdout.startswith(name)
    wrong = machine.install("--no-tls", "--source", str(source), "--ref", "v9")
    assert wrong.stderr == f"{source} has no branch, tag or commit v9.\n"


def test_the_key_is_never_told(machine, source):
    done = machine.install("--no-tls", "--source", str(source))
    secret = machine.settings["SECRET_KEY"]
    assert secret not in done.stdout + done.stderr + machine.calls.read_text()


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ([], "Say under which name people will find the site"),
        (["--domain"], "--domain needs a value"),
        (["--domain", "a b.example"], "--domain must be a name"),
        (["--domain", "x; reboot", "--no-tls"], "--domain must be a name"),
        (["--domain", "x.example\nlisten 1;", "--no-tls"], "--domain must be a name"),
        (["--domain", "x.example"], "--email admin@example.org, or go --no-tls"),
        (["--domain", "x.example", "--email", "nobody"], "--email must be an address"),
        (["--domain", "x.example", "--no-tls", "--prefix", "pypi"], "--prefix must be a path"),
        (["--domain", "x.example", "--no-tls", "--prefix", "/a\nb"], "--prefix must be a path"),
        (["--domain", "x.example", "--no-tls", "--ref", "--upload-pack=x"], "--ref must be"),
        (["--domain", "x.example", "--no-tls", "--server", "apache"], "--server must be"),
        (["--domain", "x.example", "--no-tls", "--ssh-port", "ssh"], "--ssh-port must be"),
        (
            ["--domain", "x.example", "--no-tls", "--source", "/nonexistent"],
            "has no code of Tilsit",
        ),
        (["--domain", "x.example", "--no-tls", "--rot", "/"], "There is no option --rot"),
    ],
)
def test_wrong_arguments_are_refused_in_one_sentence(machine, args, sentence):
    done = machine.set_up(*args)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert done.stdout == ""
    assert machine.calls.read_text() == ""


@pytest.mark.parametrize("release", ["debian 11", "ubuntu 20.04", "fedora 42", "debian testing"])
def test_other_systems_are_refused(machine, release):
    done = machine.install("--no-tls", release=release)
    assert done.returncode != 0
    assert done.stderr.count("\n") == 1
    assert "Debian 12, Ubuntu 22.04 or newer is needed" in done.stderr


@pytest.mark.parametrize("release", ["debian 13", "ubuntu 22.04", "ubuntu 26.04"])
def test_newer_systems_are_taken(machine, source, release):
    done = machine.install("--no-tls", "--source", str(source), "--dry-run", release=release)
    assert done.returncode == 0
    assert ("python3.11-venv" in done.stdout) == (release == "ubuntu 22.04")


def test_only_root_may_change_a_machine(machine, source):
    done = machine.install("--no-tls", "--source", str(source), user="1000")
    assert done.returncode != 0
    assert done.stderr == "This needs root: run it with sudo, or look first with --dry-run.\n"
    looked = machine.install("--no-tls", "--source", str(source), "--dry-run", user="1000")
    assert looked.returncode == 0


def test_a_port_that_somebody_else_has_is_told_first(machine, source):
    line = 'LISTEN 0 511 0.0.0.0:80 0.0.0.0:* users:(("apache2",pid=1,fd=4))'
    args = ("--domain", "x.example", "--no-tls", "--source", str(source), "--dry-run")
    done = machine.set_up(*args, listening=line)
    assert "Port 80 is in use by apache2: stop that first" in done.stderr


def test_a_full_sqlite_database_is_not_left_behind(machine, source):
    machine.install("--no-tls", "--source", str(source))
    (machine.root / "var/lib/tilsit/tilsit.db").write_text("full")
    done = machine.install("--no-tls", "--source", str(source), "--postgresql")
    assert done.returncode != 0
    assert "move it first" in done.stderr
