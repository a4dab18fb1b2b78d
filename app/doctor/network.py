"""Checks of who is asked and who asks: mail, upstreams, proxies, nginx."""

import socket
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

from app.core import clock
from app.core.runtime import data_path, setting
from app.doctor.findings import Finding, doubtful, fine, wrong
from app.mirror.exceptions import UpstreamUnavailable
from app.mirror.status import list_mirrors
from app.mirror.upstream import upstream_for

_PATIENCE_SECONDS = 5
_MOST_SKEW_SECONDS = 60
_LARGEST_PAGE = 1024 * 1024


def check_mail() -> Finding:
    """Connect to the mail server; nothing is sent."""
    server, port = setting("MAIL_SERVER"), setting("MAIL_PORT")
    if not server:
        return doubtful(
            "No mail server is set, so mails are only laid into DATA_DIR/mail.", "Set MAIL_URL."
        )
    try:
        socket.create_connection((server, port), _PATIENCE_SECONDS).close()
    except OSError as error:
        return wrong(
            f"The mail server {server}:{port} cannot be reached: {error.strerror or error}.",
            "Set MAIL_URL to where it is, or let this machine through to it.",
        )
    return fine("The mail server can be reached.")


def check_upstreams() -> Finding:
    """Ask each upstream for a page that nobody has, and compare its clock with ours."""
    for index in list_mirrors():
        upstream = upstream_for(index)
        if upstream is None:
            continue
        try:
            url = upstream.page_url("tilsit-doctor-asks")
            answer = upstream.get(url, limit=_LARGEST_PAGE, patience=_PATIENCE_SECONDS)
        except UpstreamUnavailable:
            return wrong(
                f"{upstream.title}, which {index.slug} copies, does not answer.",
                "Let this machine through to it, or set UPSTREAM_URL to another one.",
            )
        skew = _skew(answer.headers.get("date", ""))
        if abs(skew) > _MOST_SKEW_SECONDS:
            return wrong(
                f"The clock of this machine is {skew:.0f} seconds off that of {upstream.title}.",
                "Let it be set by NTP, as with `timedatectl set-ntp true`.",
            )
    return fine("Upstreams answer, or are off.")


def check_address() -> Finding:
    """See whether SITE_URL and TRUSTED_PROXIES belong together."""
    url, hops = setting("SITE_URL"), setting("TRUSTED_PROXIES")
    if url is None:
        return doubtful(
            "SITE_URL is not set, so mails lead to this machine only.",
            "Set it to where people find the site, such as https://packages.example.org.",
        )
    is_local = urlsplit(url).hostname in {"localhost", "127.0.0.1"}
    if url.startswith("https:") and not hops:
        return doubtful(
            "SITE_URL has TLS, which a proxy must end, but no proxy is trusted to say who calls.",
            "Set TRUSTED_PROXIES to how many proxies stand in front, mostly 1.",
        )
    if not url.startswith("https:") and not is_local:
        return doubtful(
            "SITE_URL has no TLS, so passwords and tokens can be read on the way.",
            "Set up a certificate, and SITE_URL with https://.",
        )
    return fine("SITE_URL and TRUSTED_PROXIES go together.")


def check_secret() -> Finding:
    """See whether the key that signs sessions is as good as a random one."""
    key = str(setting("SECRET_KEY"))
    if len(set(key)) < 10:
        return wrong(
            "SECRET_KEY is easily guessed, so sessions can be forged.",
            "Remove it, and one is made in DATA_DIR/secret_key, or set 32 random characters.",
        )
    return fine("SECRET_KEY is long and mixed.")


def check_shelf() -> Finding:
    """See whether nginx, which is another user, could reach the shelf."""
    if setting("ACCEL_PREFIX") is None:
        return fine("No nginx is told to send files by itself.")
    shelf = data_path("shelf")
    closed = [path for path in (shelf, *shelf.parents) if path.exists() and not _is_passable(path)]
    if closed:
        return doubtful(
            f"Others cannot pass through {closed[0]}, so nginx may not reach the shelf.",
            "Let nginx's user into the group of the folder, see docs/nginx.md.",
        )
    return fine("The shelf can be reached by nginx.")


def check_mongodb() -> Finding:
    """Ask the MongoDB server, if one is set."""
    url = _find_setting("MONGODB_URL")
    if not url:
        return fine("No MongoDB is set.")
    # Only here: what else comes with it takes memory, and time of every start.
    from pymongo import MongoClient  # noqa: PLC0415
    from pymongo.errors import PyMongoError  # noqa: PLC0415

    limits = {"serverSelectionTimeoutMS": _PATIENCE_SECONDS * 1000}
    try:
        with MongoClient(url, **limits) as client:  # type: ignore[arg-type,var-annotated]
            told = client.server_info()["version"]
    except PyMongoError as error:
        return wrong(
            f"MongoDB does not answer ({type(error).__name__}).",
            "Start it, or set MONGODB_URL to where it is.",
        )
    return fine(f"MongoDB {told} answers.")


def _find_setting(name: str) -> str | None:
    """Return a value of the configuration that not every installation has."""
    try:
        return str(setting(name) or "") or None
    except KeyError:
        return None


def _skew(date: str) -> float:
    """Return how many seconds our clock is ahead of a Date header, or 0 if it tells nothing."""
    try:
        theirs = parsedate_to_datetime(date)
    except ValueError:
        return 0.0
    aware: datetime = theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)
    return (clock.now() - aware).total_seconds()


def _is_passable(folder: Path) -> bool:
    return bool(folder.stat().st_mode & 0o011)
