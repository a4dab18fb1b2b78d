"""MONGODB_URL is used as it is, or refused with one sentence that says what to set."""

import pytest

from config import ConfigError, choose

SECRET = "s3cret"


@pytest.fixture
def read(tmp_path):
    """Give a function that reads MONGODB_URL."""
    return lambda url, **environ: (
        choose({"DATA_DIR": str(tmp_path), "MONGODB_URL": url} | environ).MONGODB_URL
    )


def test_without_it_there_is_no_mongodb(read):
    assert read("") is None


@pytest.mark.parametrize(
    "url",
    [
        "mongodb://localhost",
        "mongodb://127.0.0.1:27018,[::1]:27019/tilsit?replicaSet=rs",
        "mongodb://%2Ftmp%2Fmongodb-27017.sock/tilsit",
        "mongodb://ada:p%40ss@db.test/tilsit?tls=true&tlsCAFile=/etc/ca.pem",
        "mongodb+srv://ada:pass@cluster.test/tilsit",
        "mongodb://CN=ada@db.test/?tls=true&authMechanism=MONGODB-X509",
        "mongodb://db.test/?tls=true&serverSelectionTimeoutMS=2000",
    ],
)
def test_what_can_be_trusted_is_taken(read, url):
    assert read(url) == url


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("localhost:27017", "MONGODB_URL cannot be used: set mongodb://"),
        ("mongodb://", "MONGODB_URL cannot be used"),
        ("mongodb://ada@localhost/", "MONGODB_URL has half a login"),
        ("mongodb://ada:@localhost/", "MONGODB_URL has half a login"),
        (f"mongodb://:{SECRET}@localhost/", "MONGODB_URL has half a login"),
        (f"mongodb://ada:{SECRET}@db.test/", "without TLS: add tls=true"),
        ("mongodb://localhost,db.test/", "without TLS: add tls=true"),
        ("mongodb://localhost.evil.test/", "without TLS: add tls=true"),
        ("mongodb+srv://db.test/?tls=false", "without TLS: add tls=true"),
        ("mongodb://db.test/?tls=true&tlsInsecure=true", "leave tlsinsecure out"),
        ("mongodb://db.test/?tls=true&tlsAllowInvalidCertificates=true", "checks of certificates"),
        ("mongodb://db.test/?ssl=true&tlsAllowInvalidHostnames=true", "checks of certificates"),
        ("mongodb://localhost/?socketTimeoutMS=0", "waits too long for a lost server"),
        ("mongodb://localhost/?timeoutMS=3600000", "waits too long for a lost server"),
        ("mongodb://localhost/a.b", "names a database that cannot be"),
        ("mongodb://localhost/a%00b", "names a database that cannot be"),
    ],
)
def test_what_cannot_be_used_is_refused(read, url, sentence):
    with pytest.raises(ConfigError) as refusal:
        read(url)
    assert sentence in str(refusal.value)
    assert SECRET not in str(refusal.value)


def test_a_developer_may_do_without_certificates(read):
    url = "mongodb://db.test/?tlsInsecure=true"
    assert read(url, FLASK_DEBUG="1") == url


def test_catalogue_is_sql_unless_somebody_says_otherwise(tmp_path):
    assert choose({"DATA_DIR": str(tmp_path)}).CATALOGUE == "sql"


def test_catalogue_in_mongodb_needs_a_server(tmp_path):
    with pytest.raises(ConfigError, match="^CATALOGUE=mongodb needs a server: set MONGODB_URL"):
        choose({"DATA_DIR": str(tmp_path), "CATALOGUE": "mongodb"})
