"""Small facts about a request and an answer that several doors need."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import has_request_context, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import Authorization

from app.core.runtime import setting

_UNSAFE = re.compile(r"[\x00-\x1f\x7f]+")
REASON_LIMIT = 200
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Caller:
    """From where a request came, for the journal and for delays."""

    address: str = ""
    user_agent: str = ""


def find_caller() -> Caller:
    """Return who is calling; empty outside a request, as for commands and jobs."""
    if not has_request_context():
        return Caller()
    return Caller(request.remote_addr or "", request.headers.get("User-Agent", "")[:300])


def status_line(status: int, message: str) -> str:
    """Return a status line with a message that every server lets through.

    WSGI wants Latin-1; a line break would begin a header of the attacker's
    choice. At most 200 characters.
    """
    clean = " ".join(_UNSAFE.sub(" ", message).split())[:REASON_LIMIT]
    return f"{status} {clean.encode('latin-1', 'replace').decode('latin-1')}"


def base_url() -> str:
    """Return the address of the site without a final slash, prefix included."""
    configured: str | None = setting("SITE_URL")
    return configured or request.url_root.rstrip("/")


def absolute_url(endpoint: str, **values: object) -> str:
    """Return the full address of an endpoint, as mails and documents need it."""
    if setting("SITE_URL"):
        path = url_for(endpoint, **values)  # type: ignore[arg-type]
        return base_url() + path.removeprefix(request.script_root if request else "")
    return url_for(endpoint, _external=True, **values)  # type: ignore[arg-type]


def mail_url(endpoint: str, **values: object) -> str:
    """Return the full address of an endpoint for a mail.

    The Host header is the choice of whoever asked: believed, it would let a
    stranger send somebody a link to another site, with a key in it. Without
    SITE_URL only the names of this machine are taken from it.
    """
    if setting("SITE_URL") or urlsplit(request.host_url).hostname in _LOOPBACK:
        return absolute_url(endpoint, **values)
    path = url_for(endpoint, **values)  # type: ignore[arg-type]
    return f"http://127.0.0.1:{setting('PORT')}{path}"


def is_local(target: str | None) -> bool:
    """Tell whether a `next` address stays on this site."""
    return bool(target) and re.match(r"^/(?![/\\])[^\\\x00-\x1f]*\Z", target or "") is not None


def go(endpoint: str, **values: object) -> ResponseReturnValue:
    """Answer a POST that worked: see the other page (303)."""
    return redirect(url_for(endpoint, **values), code=303)  # type: ignore[arg-type]


def find_secret(authorization: Authorization | None) -> str | None:
    """Return the token in an Authorization header: Basic password, Bearer or Token."""
    if authorization is None:
        return None
    if authorization.type == "basic":
        return authorization.password or None
    if authorization.type in {"bearer", "token"}:
        return authorization.token
    return None
