import json
import socket
import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

import config
from app.core import clock, pulse
from app.core.database import transaction
from app.core.settings import keep_setting
from app.core.storage import blobs
from app.core.storage.exceptions import StorageUnavailable
from app.doctor import checks, machine, network, stores
from app.extensions import db
from tests.upstreams import UpstreamServer


@pytest.fixture
def examine(app, cli):
    """Give a function that runs the command and returns its status and what each check found."""

    def run():
        done = cli.invoke(args=["doctor", "--json"])
        return done.exit_code, json.loads(done.output)

    return run


@pytest.fixture
def cli(app):
    return app.test_cli_runner()


def test_each_finding_says_what_is_so_and_what_to_do(cli):
    lines = cli.invoke(args=["doctor"]).output.splitlines()
    assert [line.split()[0] for line in lines].count("warning") >= 3
    assert len(checks.CHECKS) <= len(lines)
    assert all(line.endswith(".") for line in lines)


def test_warnings_leave_the_status_0(examine):
    status, found = examine()
    assert status == 0
    assert list(found) == [name for name, _ in checks.CHECKS]
    assert found["worker"]["level"] == found["backup"]["level"] == "warning"
    assert "todo" not in found["python"]


def test_a_worker_and_a_backup_of_today_are_well(examine):
    pulse.beat()
    with transaction():
        keep_setting("backup.finished", clock.now().isoformat())
    _, found = examine()
    assert found["worker"]["level"] == found["backup"]["level"] == "ok"


def test_an_old_backup_is_told(app):
    with transaction():
        keep_setting("backup.finished", {"at": (clock.now() - timedelta(days=5)).isoformat()})
    assert stores.check_backup().what == "The last backup is 5 days old."


@pytest.mark.parametrize(
    ("name", "value", "check", "level"),
    [
        ("READY_DISK_BYTES", 10**18, machine.check_disk, "wrong"),
        ("SITE_URL", "https://packages.test", network.check_address, "warning"),
        ("SITE_URL", "http://packages.test", network.check_address, "warning"),
        ("SECRET_KEY", "aaaaaaaaaaaaaaaaaaaaaa", network.check_secret, "wrong"),
        ("BABEL_TRANSLATION_DIRECTORIES", "/nowhere", machine.check_locales, "warning"),
        ("MONGODB_URL", "mongodb://user:hunter2@127.0.0.1:1/x", network.check_mongodb, "wrong"),
    ],
)
def test_what_is_set_is_looked_at(app, monkeypatch, name, value, check, level):
    monkeypatch.setitem(app.config, name, value)
    monkeypatch.setattr(network, "_PATIENCE_SECONDS", 0.05)
    finding = check()
    assert finding.level == level
    assert finding.todo
    assert "hunter2" not in finding.what


def test_a_queue_that_is_broken_is_told(app, monkeypatch, tmp_path):
    (tmp_path / "queue.db").write_bytes(b"rubbish" * 100)
    monkeypatch.setitem(app.config, "QUEUE_PATH", str(tmp_path / "queue.db"))
    assert stores.check_queue().level == "warning"


def test_a_store_that_is_gone_is_told(app, monkeypatch):
    def fail():
        raise StorageUnavailable

    monkeypatch.setattr(blobs(), "check", fail)
    assert stores.check_storage().level == "wrong"


def test_sqlite_on_a_network_is_wrong(app, monkeypatch):
    monkeypatch.setattr(machine, "_file_system", lambda _folder: "nfs4")
    monkeypatch.setitem(app.config, "SQLALCHEMY_DATABASE_URI", "sqlite:///x")
    assert machine.check_file_system().level == "wrong"


def test_files_that_others_can_read_are_told(app, monkeypatch, tmp_path):
    (tmp_path / "secret_key").write_text("secret")
    (tmp_path / "secret_key").chmod(0o644)
    monkeypatch.setitem(app.config, "DATA_DIR", tmp_path)
    assert "secret_key" in machine.check_rights().what


def test_a_mail_server_is_connected_to_and_no_more(app, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setitem(app.config, "MAIL_SERVER", "127.0.0.1")
        monkeypatch.setitem(app.config, "MAIL_PORT", server.getsockname()[1])
        assert network.check_mail().level == "ok"
    assert network.check_mail().level == "wrong"


@pytest.mark.parametrize(("hours", "level"), [(0, "ok"), (1, "wrong")])
def test_an_upstream_is_asked_and_its_clock_compared(app, monkeypatch, now, hours, level):
    with UpstreamServer() as upstream:
        monkeypatch.setitem(app.config, "UPSTREAMS", {"pypi": upstream.url})
        monkeypatch.setitem(app.config, "UPSTREAM_HOSTS", ("127.0.0.1",))
        now(clock.now() + timedelta(hours=hours))
        assert network.check_upstreams().level == level


def test_without_tables_what_needs_them_is_left_out(examine):
    db.session.execute(text("UPDATE alembic_version SET version_num = 'from the future'"))
    db.session.commit()
    status, found = examine()
    assert status == 1
    assert list(found)[-1] == "schema"
    assert "newer" in found["schema"]["what"]


def test_a_database_that_does_not_answer_is_told_in_a_sentence(app, monkeypatch):
    def fail(*_):
        raise OperationalError("x", {}, Exception('connection to "db.test" failed\nmore'))

    monkeypatch.setattr(db.session, "scalar", fail)
    finding = stores.check_database()
    assert finding.what == 'The database does not answer: connection to "db.test" failed'


def test_a_check_that_fails_itself_keeps_the_others_from_nothing(examine, monkeypatch):
    broken = (("broken", lambda: 1 / 0), *checks.CHECKS)
    monkeypatch.setattr(checks, "CHECKS", broken)
    status, found = examine()
    assert status == 1
    assert "division by zero" in found["broken"]["what"]
    assert len(found) == len(broken)


def test_a_broken_configuration_ends_in_one_sentence(tmp_path):
    done = subprocess.run(
        [sys.executable, "manage.py", "doctor"],
        cwd=config.ROOT,
        env={"DATA_DIR": str(tmp_path), "LOG_FORMAT": "xml"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr == "LOG_FORMAT must be one of text, json, not 'xml'.\n"


def test_nothing_is_left_behind(app, examine, tmp_path):
    before = sorted(path.name for path in app.config["DATA_DIR"].iterdir())
    examine()
    assert sorted(path.name for path in app.config["DATA_DIR"].iterdir()) == before
