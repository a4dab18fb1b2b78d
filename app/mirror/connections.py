"""Pools of connections to upstreams, straight or through the proxies of the environment."""

import ssl
import threading
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from httpcore import URL, ConnectionPool, HTTPProxy, SyncBackend

from app.mirror.exceptions import UpstreamUnavailable
from app.mirror.guard import Guard, GuardedBackend, Origin
from app.mirror.patience import PatientBackend

# HTTP/2 was measured: it takes twice the time of the processor for a file, and no
# less time for pages, because a pool asks for several at once as well.
MOST = 100
_MOST_IDLE = 20
_IDLE_SECONDS = 30.0


class Connections:
    """Chooses a pool for each place; a guard looks at every address that is connected to."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._lock = threading.Lock()
        self._pools: dict[str, ConnectionPool] = {}
        self._proxies = getproxies()

    def pool_for(self, origin: Origin) -> ConnectionPool:
        """Return the pool by which a place is asked."""
        proxy = self._proxy_for(origin)
        with self._lock:
            if proxy not in self._pools:
                self._pools[proxy] = self._make(proxy)
            return self._pools[proxy]

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for pool in self._pools.values():
                pool.close()
            self._pools.clear()

    def _proxy_for(self, origin: Origin) -> str:
        proxy = self._proxies.get(origin.scheme) or self._proxies.get("all") or ""
        place = f"{origin.host}:{origin.port}"
        if not proxy or proxy_bypass(place, self._proxies):
            return ""
        return proxy if "://" in proxy else f"http://{proxy}"

    def _make(self, proxy: str) -> ConnectionPool:
        bounds: dict[str, Any] = {
            "max_connections": MOST,
            "max_keepalive_connections": _MOST_IDLE,
            "keepalive_expiry": _IDLE_SECONDS,
        }
        # The certificates that the system trusts, or those that SSL_CERT_FILE names.
        context = ssl.create_default_context()
        if not proxy:
            backend = PatientBackend(GuardedBackend(self._guard))
            return ConnectionPool(ssl_context=context, network_backend=backend, **bounds)
        # The operator's proxy looks names up, and decides where it goes.
        return _proxy_pool(proxy, context, bounds)


def _proxy_pool(proxy: str, context: ssl.SSLContext, bounds: dict[str, Any]) -> ConnectionPool:
    parts = urlsplit(proxy)
    if parts.scheme not in {"http", "https"}:
        raise UpstreamUnavailable
    login = (unquote(parts.username or ""), unquote(parts.password or ""))
    return HTTPProxy(
        URL(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"),
        proxy_auth=login if parts.username else None,
        ssl_context=context,
        network_backend=PatientBackend(SyncBackend()),
        **bounds,
    )
