import stat
import threading

import pytest

import config
from config import ConfigError, choose


@pytest.fixture
def read(tmp_path):
    """Give a function that reads the configuration from an environment."""
    return lambda **environ: choose({"DATA_DIR": str(tmp_path)} | environ)


def test_an_empty_environment_is_enough(read, tmp_path):
    found = read()
    assert f"sqlite:///{tmp_path}/tilsit.db" == found.SQLALCHEMY_DATABASE_URI
    assert f"{tmp_path}/blobs" == found.STORAGE_URL
    assert f"{tmp_path}/queue.db" == found.QUEUE_PATH
    assert (found.PORT, found.SITE_NAME, found.SITE_URL) == (5000, "Tilsit", None)
    assert (found.MAIL_SERVER, found.REGISTRATION) == ("", "open")
    assert found.MAIL_DEFAULT_SENDER == ("Tilsit", "no-reply@localhost")


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short: set at least 16 random characters."),
        ({"ACCEL_PREFIX": "/"}, "ACCEL_PREFIX must be a path like /_blobs/"),
        ({"ACCEL_PREFIX": "_blobs/"}, "ACCEL_PREFIX must be a path like /_blobs/"),
        ({"ACCEL_PREFIX": "/../"}, "ACCEL_PREFIX must be a path like /_blobs/"),
        ({"SITE_URL": "ftp://a.test"}, "SITE_URL must begin with http:// or https://."),
        ({"SITE_URL": "https://"}, "SITE_URL must be an address like"),
        ({"SITE_URL": "https://a.test/?x=1"}, "SITE_URL must be an address like"),
        ({"DATABASE_URL": "mysql://db"}, "DATABASE_URL cannot use 'mysql'"),
        ({"STORAGE_URL": "gs://bucket"}, "STORAGE_URL cannot use 'gs'"),
        ({"QUEUE_URL": "redis://q"}, "QUEUE_URL cannot be used: set sqlite:/// and a path."),
        ({"QUEUE_URL": "sqlite:///"}, "QUEUE_URL cannot be used"),
        ({"DOWNLOAD_LOG": "/nowhere/log"}, "DOWNLOAD_LOG must be a file in a folder that is there"),
        ({"DOWNLOAD_LOG": f"{__file__}/log"}, "DOWNLOAD_LOG must be a file in a folder"),
        ({"DOWNLOAD_LOG": "/"}, "DOWNLOAD_LOG must be a file in a folder"),
        ({"MAIL_URL": "http://mail"}, "MAIL_URL must begin with smtp://, smtp+tls:// or smtps://."),
        ({"MAIL_URL": "mail.test"}, "MAIL_URL must begin with"),
        ({"MAIL_URL": "smtp://"}, "MAIL_URL names no server"),
        ({"MAIL_URL": "smtp://user@mail.test"}, "MAIL_URL has half a login"),
        ({"MAIL_URL": "smtp://mail.test:x"}, "MAIL_URL has a port that is no number."),
        ({"MAIL_URL": "smtp://mail.test:99999"}, "MAIL_URL has a port that is no number."),
        ({"MAIL_FROM": "nobody"}, "MAIL_FROM must be one address"),
        ({"MAIL_FROM": "a@b.test\nBcc: c@d.test"}, "MAIL_FROM must be one address"),
        ({"PORT": "http"}, "PORT must be a number, not 'http'."),
        ({"PORT": "99999"}, "PORT must be a number from 1 to 65535, not 99999."),
        ({"PORT": "0"}, "PORT must be a number from 1 to 65535, not 0."),
        ({"PORT": "9" * 5_000}, "PORT must be a number, not"),
        ({"WEB_PROCESSES": "0"}, "WEB_PROCESSES must be a number from 1 to"),
        ({"MAX_UPLOAD_MB": "0"}, "MAX_UPLOAD_MB must be a number from 1 to"),
        ({"WEB_PROCESSES": "-1"}, "WEB_PROCESSES must be a number"),
        ({"REGISTRATION": "maybe"}, "REGISTRATION must be one of open, invite, closed"),
        ({"DEFAULT_LOCALE": "tlh"}, "DEFAULT_LOCALE must be one of en"),
    ],
)
def test_half_a_configuration_stops_the_start(read, environ, sentence):
    with pytest.raises(ConfigError) as refusal:
        read(**environ)
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_refusal_ends_the_process_without_a_traceback():
    assert issubclass(ConfigError, SystemExit)


def test_a_folder_that_cannot_be_made_stops_the_start(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="cannot be made"):
        choose({"DATA_DIR": str(tmp_path / "file" / "data")})


def test_a_folder_that_cannot_be_written_stops_the_start(tmp_path, monkeypatch):
    # Root may write everywhere, so the answer of the system is given here.
    monkeypatch.setattr(config.os, "access", lambda path, mode: False)
    with pytest.raises(ConfigError, match="cannot be written to: set DATA_DIR or its rights"):
        choose({"DATA_DIR": str(tmp_path)})


def test_a_secret_is_made_once_and_kept_from_others(read, tmp_path):
    first = read().SECRET_KEY
    assert len(first) >= 48
    assert first == read().SECRET_KEY
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.glob(".secret*")] == []


def test_processes_that_start_together_share_the_secret(read):
    found = []
    starts = [threading.Thread(target=lambda: found.append(read().SECRET_KEY)) for _ in range(8)]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert len(set(found)) == 1


def test_an_empty_secret_file_stops_the_start(read, tmp_path):
    (tmp_path / "secret_key").touch()
    with pytest.raises(ConfigError, match="holds no secret: remove it, or set SECRET_KEY"):
        read()


def test_cookies_are_for_tls_only_behind_tls(read):
    assert read(SITE_URL="https://a.test").SESSION_COOKIE_SECURE
    assert read(SITE_URL="https://a.test").REMEMBER_COOKIE_SECURE
    assert not read(SITE_URL="http://a.test").SESSION_COOKIE_SECURE


@pytest.mark.parametrize(
    "url", ["postgres://db/x", "postgresql://db/x", "postgresql+psycopg://db/x"]
)
def test_postgresql_is_reached_by_psycopg(read, url):
    assert read(DATABASE_URL=url).SQLALCHEMY_DATABASE_URI == "postgresql+psycopg://db/x"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("mysql://db/x", "cannot use 'mysql'"),
        ("postgresql://me:hush@db:port/x", "DATABASE_URL cannot be read"),
        ("postgresql://me:hush@db", "names no database: set postgresql://user:password@host/name"),
        ("sqlite://", "names no database: set sqlite:///"),
    ],
)
def test_an_address_that_cannot_be_read_is_not_repeated(read, url, told):
    with pytest.raises(ConfigError, match=told) as refused:
        read(DATABASE_URL=url)
    assert "hush" not in str(refused.value)


def test_blobs_may_lie_elsewhere(read, tmp_path):
    assert read(STORAGE_URL="memory:").STORAGE_URL == "memory:"
    elsewhere = tmp_path / "else"
    assert str(elsewhere) == read(STORAGE_URL=f"file://{elsewhere}").STORAGE_URL
    assert elsewhere.is_dir()


def test_a_log_of_downloads_may_come_later(read, tmp_path, monkeypatch):
    assert read().DOWNLOAD_LOG is None
    assert tmp_path / "log" == read(DOWNLOAD_LOG=f"{tmp_path}/log").DOWNLOAD_LOG
    monkeypatch.chdir(tmp_path)
    assert tmp_path / "log" == read(DOWNLOAD_LOG="log").DOWNLOAD_LOG


@pytest.mark.parametrize(
    ("url", "port", "ssl", "tls"),
    [
        ("smtp://mail.test", 25, False, False),
        ("smtp+tls://mail.test:587", 587, False, True),
        ("smtps://mail.test", 465, True, False),
    ],
)
def test_mail_servers_are_reached_in_three_ways(read, url, port, ssl, tls):
    found = read(MAIL_URL=url)
    assert ("mail.test", port) == (found.MAIL_SERVER, found.MAIL_PORT)
    assert (ssl, tls) == (found.MAIL_USE_SSL, found.MAIL_USE_TLS)


def test_a_mail_login_may_have_any_characters(read):
    found = read(MAIL_URL="smtp://me%40corp.test:p%3Aw%2F@mail.test")
    assert (found.MAIL_USERNAME, found.MAIL_PASSWORD) == ("me@corp.test", "p:w/")


def test_mail_comes_from_the_site(read):
    found = read(SITE_URL="https://pkgs.corp.test", SITE_NAME="Acme, Inc.")
    assert found.MAIL_DEFAULT_SENDER == ("Acme, Inc.", "no-reply@pkgs.corp.test")


def test_debugging_is_asked_for(read):
    assert read(FLASK_DEBUG="1").DEBUG
    assert not read().DEBUG
