"""The image and the containers, as far as they can be judged without running any."""

import re
import subprocess

import pytest
import yaml

from tests.deploy.places import DEPLOY, ROOT

DOCKERFILE = (DEPLOY / "docker" / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((DEPLOY / "docker" / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
OURS = ("upgrade", "web", "worker", "site")


def copied():
    lines = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    return [name for line in lines for name in line.split()]


def test_all_that_the_image_copies_is_there_and_let_in():
    kept = (DEPLOY / "docker" / "Dockerfile.dockerignore").read_text().splitlines()
    for name in copied():
        assert (ROOT / name).exists(), name
        assert f"!{name}" in kept
    assert kept[1] == "*"


def test_the_image_is_nobody_and_holds_no_secret():
    final = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.search(r"^USER tilsit$", final, re.MULTILINE)
    assert final.index("USER tilsit") < final.index("CMD")
    assert "HEALTHCHECK" in final
    assert not re.search("SECRET|PASSWORD|TOKEN", DOCKERFILE)


def test_what_is_copied_is_enough_to_start(tmp_path):
    for name in copied():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-R", ROOT / name, tmp_path / name], check=True)
    program = ROOT / "manage.py"
    assert (tmp_path / program.name).is_file()
    site = subprocess.run(
        ["sh", tmp_path / "deploy/nginx/render.sh"],
        env={"DATA_DIR": "/var/lib/tilsit", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert (site.returncode, site.stderr) == (0, "")
    assert "server {" in site.stdout


def commands():
    lists = [SERVICES[name]["command"] for name in OURS if name != "site"]
    return [*lists, re.findall(r'"([^"]+)"', DOCKERFILE.rpartition("CMD ")[2])]


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_commands_of_the_containers_exist(app, command):
    assert command[:2] == ["python", "manage.py"]
    group, names = app.cli, command[2:]
    done = app.test_cli_runner().invoke(group, [*names, "--help"])
    assert done.exit_code == 0, done.output


def test_containers_wait_for_what_they_need():
    for name, service in SERVICES.items():
        for other, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                has_own = SERVICES[other].get("healthcheck", {}).get("test")
                assert has_own or other in OURS, (name, other)
            else:
                assert SERVICES[other]["restart"] == "no"


def test_data_outlive_their_containers():
    named = set(COMPOSE["volumes"])
    used = {
        volume.partition(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
    }
    assert used == named


def test_secrets_come_from_whoever_starts_it():
    text = (DEPLOY / "docker" / "compose.yaml").read_text()
    for line in text.splitlines():
        if "PASSWORD" in line and not line.startswith("#"):
            assert "${DB_PASSWORD:?" in line
