"""Who may read the figures."""

from ipaddress import ip_address

from flask import request

from app.core.runtime import setting
from app.core.security import is_same
from app.metrics.exceptions import NotFromHere, TokenWanted
from app.web.http import find_secret

# What proxies add. If we were told to trust none, whoever calls is behind one all the same.
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


def demand_watcher() -> None:
    """Raise `TokenWanted` or `NotFromHere` unless the caller may read the figures."""
    token: str | None = setting("METRICS_TOKEN")
    if token is None:
        if not _is_from_here():
            raise NotFromHere
    elif not is_same(find_secret(request.authorization) or "", token):
        raise TokenWanted


def _is_from_here() -> bool:
    if not setting("TRUSTED_PROXIES") and any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
