"""MongoDB over a socket: logins, certificates, and servers that go away."""

import os
import socket
import subprocess
import threading

import pytest
from bson import BSON
from flask_migrate import upgrade
from pymongo import MongoClient

from app import create_app
from app.extensions import db
from app.mongo import migrating
from app.mongo.connection import close
from app.mongo.copying import refresh
from config import Production
from tests.factories import make_project, make_release
from tests.functional.certificates import make_certificate
from tests.functional.databases import free_port
from tests.functional.house import BIN, ROOT
from tests.functional.mongod import StandIn, stand_in, wait_for

SECRET = "correct-horse"
# So that nobody waits long for a server that will never be the right one.
SHORT = "serverSelectionTimeoutMS=700&connectTimeoutMS=700"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Give the DATA_DIR of an installation with three projects."""
    folder = tmp_path_factory.mktemp("mongo") / "data"
    app = create_app(Production({"DATA_DIR": str(folder), "STORAGE_URL": "memory:"}))
    with app.app_context():
        upgrade()
        for name in ("brie", "cheddar", "edam"):
            make_release(make_project(name))
        db.session.remove()
        db.engine.dispose()
    return folder


@pytest.fixture
def house(folder):
    """Give a function that makes the application for an address of MongoDB."""

    def make(url):
        environ = {"DATA_DIR": str(folder), "STORAGE_URL": "memory:", "MONGODB_URL": url}
        return create_app(Production(environ))

    yield make
    close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Give a certificate that nobody trusts."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
def guarded(tmp_path_factory, certificate):
    """Give a server that wants TLS and a login."""
    tls = ("--tls-cert-file", str(certificate.path), "--tls-key-file", str(certificate.key))
    server = StandIn(tmp_path_factory.mktemp("guarded"), tls)
    server.start()
    trusted = f"?tls=true&tlsCAFile={certificate.path}"
    try:
        wait_for(server.url("admin", options=trusted))
        with MongoClient(server.url("admin", options=trusted)) as client:
            client.admin.command("createUser", "ada", pwd=SECRET, roles=["root"])
        server.stop()
        server.options = (*tls, "--auth")
        server.start()
        wait_for(server.url("admin", options=trusted))
        yield server
    finally:
        server.kill()


def run(app, *args):
    done = app.test_cli_runner().invoke(args=["mongo", *args])
    assert SECRET not in done.output
    assert "Traceback" not in done.output
    assert done.exit_code == 0 or len(done.output.strip().splitlines()) == 1, done.output
    return done


def test_login_over_a_trusted_certificate(house, guarded, certificate):
    options = f"?tls=true&tlsCAFile={certificate.path}&authSource=admin"
    app = house(guarded.url("tilsit", login=f"ada:{SECRET}@", options=options))
    done = run(app, "migrate")
    assert done.exit_code == 0, done.output
    assert run(app, "check").exit_code == 0


def test_wrong_password_is_told_in_one_sentence(house, guarded, certificate):
    options = f"?tls=true&tlsCAFile={certificate.path}&authSource=admin&{SHORT}"
    done = run(house(guarded.url("tilsit", login="ada:wrong@", options=options)), "migrate")
    assert done.exit_code == 1
    assert "MongoDB does not accept the login" in done.output


def test_no_login_is_told_in_one_sentence(house, guarded, certificate):
    options = f"?tls=true&tlsCAFile={certificate.path}&{SHORT}"
    done = run(house(guarded.url("tilsit", options=options)), "migrate")
    assert done.exit_code == 1
    assert "MongoDB does not accept the login" in done.output


def test_untrusted_certificate_is_refused_in_one_sentence(house, guarded):
    options = f"?tls=true&authSource=admin&{SHORT}"
    login = f"ada:{SECRET}@"
    done = run(house(guarded.url("tilsit", login=login, options=options)), "migrate")
    assert done.exit_code == 1
    assert "certificate of the MongoDB server is not trusted" in done.output


def test_nobody_there_is_told_in_one_sentence(house):
    done = run(house(f"mongodb://127.0.0.1:{free_port()}/tilsit?{SHORT}"), "follow", "--once")
    assert done.exit_code == 1
    assert "MongoDB does not answer" in done.output


def test_nonsense_in_the_options_is_told_without_the_password(house):
    url = f"mongodb://ada:{SECRET}@127.0.0.1/tilsit?readPreference=nonsense"
    done = run(house(url), "migrate")
    assert done.exit_code == 1
    assert "correct its options" in done.output


def test_too_old_server_is_refused(house):
    with Answering({"version": "4.4.29"}) as port:
        done = run(house(f"mongodb://127.0.0.1:{port}/tilsit?directConnection=true"), "migrate")
    assert done.exit_code == 1
    assert "MongoDB 4.4.29 is too old: Tilsit needs 5.0 or newer." in done.output


def test_server_lost_in_the_middle_of_a_migration(house, monkeypatch):
    with stand_in() as server:
        wait_for(server.url("tilsit"))
        app = house(server.url("tilsit", options=f"?{SHORT}"))
        monkeypatch.setattr(migrating, "STEP", 1)
        lost = iter([False, True])

        def lose(ids, tally, **options):
            if next(lost, False):
                server.kill()
            refresh(ids, tally, **options)

        monkeypatch.setattr(migrating, "refresh", lose)
        done = run(app, "migrate", "projects")
        assert done.exit_code == 1
        assert "MongoDB does not answer" in done.output
        server.start()
        wait_for(server.url("tilsit"))
        assert run(app, "migrate").exit_code == 0
        assert run(app, "check", "--deep").exit_code == 0
        check_follower(app, server)


def check_follower(app, server):
    """Let a follower live through the loss of its server, and end when it is told to."""
    environ = {
        **{"PATH": os.environ["PATH"], "STORAGE_URL": "memory:"},
        **{"DATA_DIR": str(app.config["DATA_DIR"]), "MONGODB_URL": app.config["MONGODB_URL"]},
    }
    command = [str(BIN / "python"), "manage.py", "mongo", "follow"]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE) as follower:
        assert follower.stdout.readline() == b"Following the changes.\n"
        server.kill()
        with app.app_context():
            make_release(make_project("gouda"))
            db.session.remove()
        server.start()
        wait_for(server.url("tilsit"))
        with MongoClient(server.url("tilsit")) as client:
            for _ in range(300):
                if client.tilsit.releases.find_one({"_id": "main/gouda/1"}):
                    break
                threading.Event().wait(0.1)
            assert client.tilsit.releases.find_one({"_id": "main/gouda/1"})
        follower.terminate()
        assert follower.wait(20) == 0
        assert follower.stdout.read() == b"Stopped.\n"


class Answering:
    """A server that says hello as MongoDB does, and then that it is an old one."""

    def __init__(self, facts):
        self.facts = facts

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()
        return self.listener.getsockname()[1]

    def __exit__(self, *_):
        self.listener.close()

    def _serve(self):
        try:
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()
        except OSError:
            return

    def _answer(self, connection):
        hello = {"ismaster": True, "isWritablePrimary": True, "maxWireVersion": 21, "ok": 1.0}
        hello |= {
            "minWireVersion": 0,
            "maxBsonObjectSize": 2**24,
            "maxMessageSizeBytes": 48_000_000,
        }
        body = BSON.encode({**hello, **self.facts, "maxWriteBatchSize": 100_000})
        with connection, connection.makefile("rwb") as wire:
            while header := wire.read(16):
                length, number, _, code = (
                    int.from_bytes(header[at : at + 4], "little") for at in (0, 4, 8, 12)
                )
                wire.read(length - 16)
                if code == 2004:
                    # Flags, cursor and place are nothing; one document follows.
                    reply, kind = bytes(16) + (1).to_bytes(4, "little") + body, 1
                else:
                    reply, kind = bytes(5) + body, 2013
                fields = (16 + len(reply), 1, number, kind)
                wire.write(b"".join(field.to_bytes(4, "little") for field in fields) + reply)
                wire.flush()
