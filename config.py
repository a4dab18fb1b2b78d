"""The configuration, read from the environment here and nowhere else.

Half a configuration stops the start with one sentence that says what to set.
"""

import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).parent

SHORTEST_SECRET = 16
REGISTRATIONS = ("open", "invite", "closed")
CATALOGUES = ("sql", "mongodb")
# What every connection to PostgreSQL asks for.
POSTGRESQL_OPTIONS = {
    "connect_timeout": 5,
    "client_encoding": "utf8",
    "fallback_application_name": "tilsit",
}
_EXAMPLES = {
    "sqlite": "sqlite:////srv/tilsit.db",
    "postgresql": "postgresql://user:password@host/name",
}

_MONGODB = re.compile(
    r"mongodb(?P<srv>\+srv)?://(?:(?P<login>[^@/]*)@)?(?P<hosts>[^@/?]+)"
    r"(?:/(?P<name>[^?]*))?(?:\?(?P<options>.*))?"
)
_LOCAL_HOST = re.compile(r"(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]+)?|%2f.*", re.IGNORECASE)
# What lets anybody in the middle read along.
_MONGODB_BLIND = {
    *("tlsinsecure", "tlsallowinvalidcertificates", "tlsallowinvalidhostnames"),
    *("tlsdisableocspendpointcheck", "ssl_cert_reqs", "ssl_match_hostname"),
}
_MONGODB_WAITS = {
    *("timeoutms", "connecttimeoutms", "sockettimeoutms", "serverselectiontimeoutms"),
    *("waitqueuetimeoutms", "maxidletimems"),
}
_LONGEST_WAIT_MS = 60_000
# The first of each is what counts when nothing is set.
LOG_FORMATS = ("text", "json")
LOG_LEVELS = ("info", "debug", "warning", "error")


class ConfigError(SystemExit):
    """The environment cannot be used as it is; the message says what to set."""


class Config:
    """What all kinds of installation share."""

    DEBUG = False
    TESTING = False

    BABEL_TRANSLATION_DIRECTORIES = str(ROOT / "translations")
    BOOTSTRAP_SERVE_LOCAL = True
    # How many seconds downloads are counted in memory before they are written.
    DOWNLOADS_DELAY = 5
    JOBS_INLINE = False
    # How many seconds figures are counted in memory before they are written down.
    METERS_PAUSE = 2
    # How many seconds an answer of /readyz counts.
    READY_SECONDS = 1
    # How many seconds a page waits for MongoDB before it asks the database.
    MONGODB_PATIENCE = 1.0
    MAX_CONTENT_LENGTH = 2 * 1024 * 1024
    PERMANENT_SESSION_LIFETIME = timedelta(days=30)
    REMEMBER_COOKIE_DURATION = timedelta(days=30)
    REMEMBER_COOKIE_HTTPONLY = True
    REMEMBER_COOKIE_SAMESITE = "Lax"
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"
    WTF_CSRF_TIME_LIMIT = None

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ
        self.DATA_DIR = _writable(Path(environ.get("DATA_DIR") or ROOT / "var").resolve())
        self.SECRET_KEY = self._secret_key()
        self._read_site()
        self._read_web()
        self._read_mirrors()
        self._read_stores()
        self._read_mail()
        self._read_operation()

    def _read_site(self) -> None:
        self.SITE_NAME = self._environ.get("SITE_NAME") or "Tilsit"
        self.SITE_URL = self._site_url()
        self.CONTACT_EMAIL = self._environ.get("CONTACT_EMAIL") or None
        self.BABEL_DEFAULT_LOCALE = self._locale()
        self.REGISTRATION = self._choice("REGISTRATION", REGISTRATIONS)
        self.TRASH_DAYS = self._number("TRASH_DAYS", 30, most=36_500)
        self.MAX_UPLOAD_BYTES = self._number("MAX_UPLOAD_MB", 5 * 1024, least=1) * 1024 * 1024
        # Behind TLS the browser must never send a cookie in the clear.
        self.SESSION_COOKIE_SECURE = self.REMEMBER_COOKIE_SECURE = self._is_https()

    def _read_web(self) -> None:
        self.PORT = self._number("PORT", 5000, least=1, most=65_535)
        # One process keeps one processor busy; more than two are for the operator to want.
        processes = min(os.cpu_count() or 1, 2)
        self.WEB_PROCESSES = self._number("WEB_PROCESSES", processes, least=1)
        self.TRUSTED_PROXIES = self._number("TRUSTED_PROXIES", 0)
        self.ACCEL_PREFIX = self._accel_prefix()
        self.SHELF_CACHE_BYTES = self._number("SHELF_CACHE_MB", 32) * 1024 * 1024
        self.DOWNLOAD_LOG = self._download_log()

    def _read_mirrors(self) -> None:
        hosts = self._environ.get("UPSTREAM_HOSTS", "")
        self.UPSTREAMS = self._upstreams()
        self.UPSTREAM_HOSTS = tuple(hosts.replace(",", " ").split())
        self.MIRROR_TTL = timedelta(seconds=self._number("MIRROR_TTL", 600))
        self.MIRROR_CACHE_BYTES = self._number("MIRROR_CACHE_MB", 20 * 1024) * 1024 * 1024

    def _read_stores(self) -> None:
        self.SQLALCHEMY_DATABASE_URI = self._database_url()
        self.SQLALCHEMY_ENGINE_OPTIONS = self._engine_options()
        self.STORAGE_URL = self._storage_url()
        self.QUEUE_PATH = self._queue_path()
        self.MONGODB_URL = self._mongodb_url()
        self.CATALOGUE = self._catalogue()
        self.FAULT = self._fault()

    def _secret_key(self) -> str:
        given = self._environ.get("SECRET_KEY", "")
        if given and len(given) < SHORTEST_SECRET:
            raise ConfigError(
                f"SECRET_KEY is too short: set at least {SHORTEST_SECRET} random characters."
            )
        return given or _kept_secret(self.DATA_DIR / "secret_key")

    def _site_url(self) -> str | None:
        url = self._environ.get("SITE_URL", "").rstrip("/")
        parts = urlsplit(url)
        if url and parts.scheme not in {"http", "https"}:
            raise ConfigError("SITE_URL must begin with http:// or https://.")
        if url and (not parts.hostname or parts.query or parts.fragment):
            raise ConfigError("SITE_URL must be an address like https://packages.example.com.")
        return url or None

    def _accel_prefix(self) -> str | None:
        """Return where nginx has the blobs; what it sends us there is for nginx alone."""
        prefix = self._environ.get("ACCEL_PREFIX", "")
        if prefix and not re.fullmatch(r"(/[A-Za-z0-9_-]+)+/", prefix):
            raise ConfigError("ACCEL_PREFIX must be a path like /_blobs/, or empty.")
        return prefix or None

    def _locale(self) -> str:
        """Return a language that the site has; English is the one its texts are written in."""
        made = {path.parent.parent.name for path in ROOT.glob("translations/*/LC_MESSAGES/*.po")}
        return self._choice("DEFAULT_LOCALE", ("en", *sorted(made - {"en"})))

    def _upstreams(self) -> dict[str, str]:
        """Return what mirrors copy, by the slugs of their indexes; logins stand in the URLs."""
        upstreams = {"pypi": self._environ.get("UPSTREAM_URL", "")}
        prefix = "UPSTREAM_URL_"
        for name, url in self._environ.items():
            if name.startswith(prefix):
                upstreams[name.removeprefix(prefix).lower().replace("_", "-")] = url
        return {slug: _upstream(slug, url) for slug, url in upstreams.items() if url}

    def _is_https(self) -> bool:
        return bool(self.SITE_URL and self.SITE_URL.startswith("https:"))

    def _database_url(self) -> str:
        given = self._environ.get("DATABASE_URL")
        return read_database_url(given or f"sqlite:///{self.DATA_DIR / 'tilsit.db'}")

    def _engine_options(self) -> dict[str, object]:
        """Keep a waiting request shorter than its client's patience (8 s), and logs discreet."""
        # An error that named its parameters would bring password hashes into the
        # log, and the links of mails that wait to be sent.
        shared: dict[str, object] = {"pool_timeout": 6, "hide_parameters": True}
        if self.SQLALCHEMY_DATABASE_URI.startswith("sqlite"):
            return shared
        return shared | {
            # A connection takes a process of the server: they are kept, the same few
            # again and again, and there are never more.
            "pool_size": self._pool_size(),
            "max_overflow": 0,
            "pool_use_lifo": True,
            "pool_pre_ping": True,
            "connect_args": POSTGRESQL_OPTIONS,
        }

    def _pool_size(self) -> int:
        """Return how many connections a process may have: all processes share the server's."""
        # Beside the web there is a worker, and 20 of a server's 100 are for commands and others.
        share = 80 // (self.WEB_PROCESSES + 1)
        return self._number("DATABASE_POOL", max(5, min(share, 20)), least=2, most=1000)

    def _storage_url(self) -> str:
        url = self._environ.get("STORAGE_URL") or str(self.DATA_DIR / "blobs")
        if url == "memory:":
            return url
        scheme = urlsplit(url).scheme
        if scheme not in {"", "file"}:
            raise ConfigError(f"STORAGE_URL cannot use {scheme!r}: set the path of a folder.")
        return str(_writable(Path(urlsplit(url).path)))

    def _queue_path(self) -> str:
        url = self._environ.get("QUEUE_URL") or f"sqlite:///{self.DATA_DIR / 'queue.db'}"
        scheme, _, path = url.partition(":///")
        if scheme != "sqlite" or not path:
            raise ConfigError("QUEUE_URL cannot be used: set sqlite:/// and a path.")
        return path

    def _download_log(self) -> Path | None:
        """Return the log that nginx writes; it may not be there yet, but its folder must."""
        given = self._environ.get("DOWNLOAD_LOG")
        path = Path(given or ".").absolute()
        if given and (path.is_dir() or not os.access(path.parent, os.R_OK | os.X_OK)):
            raise ConfigError(
                f"DOWNLOAD_LOG must be a file in a folder that is there and can be read, "
                f"not {given!r}."
            )
        return path if given else None

    def _fault(self) -> str | None:
        """Return where a test wants the house to break; nobody sets both names by accident."""
        fault = self._environ.get("FAULT") or None
        if fault is not None and self._environ.get("FAULT_CONSENT") != "this is a test":
            raise ConfigError("FAULT breaks the house on purpose, for its tests: remove it.")
        return fault

    def _mongodb_url(self) -> str | None:
        """Return where MongoDB is, as `mongodb://user:password@host/database?tls=true`."""
        url = self._environ.get("MONGODB_URL", "")
        if not url:
            return None
        parts = _MONGODB.fullmatch(url)
        if parts is None:
            raise ConfigError(
                "MONGODB_URL cannot be used: set mongodb://… or mongodb+srv://… with a server."
            )
        options = {name.lower(): value for name, value in parse_qsl(parts["options"] or "")}
        _demand_whole_login(parts["login"], options)
        _demand_name(unquote(parts["name"] or ""))
        _demand_short_waits(options)
        if not self.DEBUG:
            _demand_trust(parts, options)
        return url

    def _catalogue(self) -> str:
        """Return where pages read our own projects."""
        given = self._choice("CATALOGUE", CATALOGUES)
        if given == "mongodb" and self.MONGODB_URL is None:
            raise ConfigError(
                "CATALOGUE=mongodb needs a server: set MONGODB_URL, or leave CATALOGUE out."
            )
        return given

    def _read_mail(self) -> None:
        """Read MAIL_URL: smtp://host, smtp+tls://user:password@host:587 or smtps://…"""
        given = self._environ.get("MAIL_URL", "")
        url = urlsplit(given)
        if given and url.scheme not in {"smtp", "smtps", "smtp+tls"}:
            raise ConfigError("MAIL_URL must begin with smtp://, smtp+tls:// or smtps://.")
        if given and not url.hostname:
            raise ConfigError("MAIL_URL names no server: set smtp://host or smtp://host:port.")
        if bool(url.username) != bool(url.password):
            raise ConfigError("MAIL_URL has half a login: give both user and password, or none.")
        self.MAIL_SERVER = url.hostname or ""
        self.MAIL_PORT = _port(url) or (465 if url.scheme == "smtps" else 25)
        self.MAIL_USE_SSL = url.scheme == "smtps"
        self.MAIL_USE_TLS = url.scheme == "smtp+tls"
        self.MAIL_USERNAME = unquote(url.username) if url.username else None
        self.MAIL_PASSWORD = unquote(url.password) if url.password else None
        self.MAIL_DEFAULT_SENDER = (self.SITE_NAME, self._sender())

    def _sender(self) -> str:
        host = urlsplit(self.SITE_URL or "").hostname or "localhost"
        sender = self._environ.get("MAIL_FROM") or f"no-reply@{host}"
        if not re.fullmatch(r"[^@\s<>,]+@[^@\s<>,]+", sender):
            raise ConfigError("MAIL_FROM must be one address like packages@example.com.")
        return sender

    def _read_operation(self) -> None:
        """Read what those want who keep an eye on the site."""
        self.LOG_FORMAT = self._choice("LOG_FORMAT", LOG_FORMATS)
        self.LOG_LEVEL = self._choice("LOG_LEVEL", LOG_LEVELS)
        self.SLOW_QUERY_MS = self._number("SLOW_QUERY_MS", 1000)
        self.READY_DISK_BYTES = self._number("READY_DISK_MB", 100) * 1024 * 1024
        self.STOP_DELAY = self._number("STOP_DELAY", 0, most=600)
        self.STOP_TIMEOUT = self._number("STOP_TIMEOUT", 10, least=1, most=3600)
        self.METRICS_TOKEN = self._environ.get("METRICS_TOKEN") or None
        if self.METRICS_TOKEN and len(self.METRICS_TOKEN) < SHORTEST_SECRET:
            raise ConfigError(
                f"METRICS_TOKEN is too short: set at least {SHORTEST_SECRET} random characters."
            )

    def _number(self, name: str, default: int, *, least: int = 0, most: int = 10**9) -> int:
        given = self._environ.get(name) or str(default)
        if not re.fullmatch("[0-9]{1,10}", given):
            raise ConfigError(f"{name} must be a number, not {given!r}.")
        if not least <= int(given) <= most:
            raise ConfigError(f"{name} must be a number from {least} to {most}, not {given}.")
        return int(given)

    def _choice(self, name: str, choices: tuple[str, ...]) -> str:
        given = self._environ.get(name) or choices[0]
        if given not in choices:
            raise ConfigError(f"{name} must be one of {', '.join(choices)}, not {given!r}.")
        return given


class Production(Config):
    """An installation that people use; `make run` is one too."""


class Development(Config):
    """A developer's own: errors with tracebacks, templates read anew."""

    DEBUG = True
    TEMPLATES_AUTO_RELOAD = True


class Testing(Config):
    """The test suite's: jobs run at once, mail and cookies stay in the process."""

    TESTING = True
    DOWNLOADS_DELAY = 0
    JOBS_INLINE = True
    METERS_PAUSE = 0
    READY_SECONDS = 0
    MONGODB_PATIENCE = 20.0
    WTF_CSRF_ENABLED = False


def choose(environ: Mapping[str, str] = os.environ) -> Config:
    """Return the configuration that the environment asks for."""
    debugging = environ.get("FLASK_DEBUG", "").lower() in {"1", "true", "yes"}
    return Development(environ) if debugging else Production(environ)


def read_database_url(given: str, *, name: str = "DATABASE_URL") -> str:
    """Return the address of a database as SQLAlchemy wants it, `name` being where it stood.

    What is wrong is told without the address, which may hold a password.
    """
    scheme, _, rest = given.partition("://")
    if scheme in {"postgres", "postgresql"}:
        given = f"postgresql+psycopg://{rest}"
    elif scheme not in {"sqlite", "postgresql+psycopg"}:
        raise ConfigError(f"{name} cannot use {scheme!r}: set sqlite:///… or postgresql://…")
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):
        raise ConfigError(
            f"{name} cannot be read: set postgresql://user:password@host:port/name, "
            "with %40 for @, %2F for / and %3A for : in user and password."
        ) from None
    if not url.database:
        raise ConfigError(f"{name} names no database: set {_EXAMPLES[url.get_backend_name()]}.")
    return given


def _upstream(slug: str, given: str) -> str:
    url = _public_index() if given == "public" else given
    parts = urlsplit(url)
    what = f"The upstream of {slug}"
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        raise ConfigError(f"{what} must be the address of a simple index, or the word public.")
    if bool(parts.username) != bool(parts.password):
        raise ConfigError(f"{what} has half a login: give both user and password, or none.")
    return url.rstrip("/") + "/"


def _public_index() -> str:
    # Only here: what else comes with it takes memory.
    from pypi_simple import PYPI_SIMPLE_ENDPOINT  # noqa: PLC0415

    return str(PYPI_SIMPLE_ENDPOINT)


def _demand_whole_login(login: str | None, options: Mapping[str, str]) -> None:
    user, colon, password = (login or "").partition(":")
    # Certificates and tickets stand in for a password.
    has_other = "authmechanism" in options and not options["authmechanism"].startswith("SCRAM")
    if login is not None and not (user and (colon and password or has_other)):
        raise ConfigError("MONGODB_URL has half a login: give both user and password, or none.")


def _demand_name(name: str) -> None:
    if name and not re.fullmatch("[A-Za-z0-9_-]{1,60}", name):
        raise ConfigError(
            "MONGODB_URL names a database that cannot be: use letters, digits, - and _."
        )


def _demand_short_waits(options: Mapping[str, str]) -> None:
    for name in sorted(_MONGODB_WAITS & options.keys()):
        value = options[name]
        if not re.fullmatch("[0-9]{1,9}", value) or not 0 < int(value) <= _LONGEST_WAIT_MS:
            raise ConfigError(
                f"MONGODB_URL waits too long for a lost server: set {name} from 1 to "
                f"{_LONGEST_WAIT_MS}, or leave it out."
            )


def _demand_trust(parts: re.Match[str], options: Mapping[str, str]) -> None:
    """Raise `ConfigError` unless somebody between us and the server can read nothing."""
    if blind := sorted(_MONGODB_BLIND & options.keys()):
        raise ConfigError(
            f"MONGODB_URL switches off the checks of certificates: leave {blind[0]} out and "
            "name your own authority with tlsCAFile."
        )
    is_local = all(map(_LOCAL_HOST.fullmatch, parts["hosts"].split(",")))
    given = options.get("tls", options.get("ssl", "true" if parts["srv"] else "false"))
    if not is_local and given.lower() != "true":
        raise ConfigError(
            "MONGODB_URL leads to another machine without TLS: add tls=true to its options."
        )


def _port(url: SplitResult) -> int | None:
    try:
        return url.port
    except ValueError:
        raise ConfigError("MAIL_URL has a port that is no number.") from None


def _writable(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{folder} cannot be made ({error.strerror}): set DATA_DIR.") from None
    if not os.access(folder, os.W_OK):
        raise ConfigError(f"{folder} cannot be written to: set DATA_DIR or its rights.")
    return folder


def _kept_secret(path: Path) -> str:
    """Return the secret kept in a file, made on the first start."""
    if not path.exists():
        _make_secret(path)
    secret = path.read_text().strip()
    if len(secret) < SHORTEST_SECRET:
        raise ConfigError(f"{path} holds no secret: remove it, or set SECRET_KEY.")
    return secret


def _make_secret(path: Path) -> None:
    # Web and worker may start for the first time together: the file appears with
    # all that is in it, and whoever comes second takes what is there.
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".secret") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        with suppress(FileExistsError):
            os.link(file.name, path)
