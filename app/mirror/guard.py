"""Where an upstream's links may lead us.

Its pages and redirects are written by others. They must not make us ask machines
that only we can reach, so what counts is the very address that is connected to.
"""

import re
import socket
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, quote, urlsplit

from httpcore import ConnectError, ConnectTimeout, NetworkBackend, NetworkStream, SyncBackend
from typing_extensions import override

LONGEST_URL = 2000
_PORTS = {"http": 80, "https": 443}
# Not `is_private`: it holds ranges for documentation too, which lead nowhere or where
# somebody has good reasons to use them.
_CLOSED = tuple(
    ip_network(block)
    for block in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/4", "240.0.0.0/4"),
        *("::/128", "::1/128", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
        # NAT64 for one site (RFC 8215), wherever its addresses hold the other one.
        "64:ff9b:1::/48",
    )
)
# Addresses that hold an IPv4 address in their last 32 bits: mapped, translated, compatible,
# NAT64.
_CARRIERS = tuple(
    ip_network(block) for block in ("::ffff:0:0/96", "::ffff:0:0:0/96", "::/96", "64:ff9b::/96")
)
_6TO4 = ip_network("2002::/16")
# What no URL has, and halves of characters, which nobody can write.
UNASKABLE = re.compile(r"[\x00-\x20\x7f\\\ud800-\udfff]")

Address = IPv4Address | IPv6Address


@dataclass(frozen=True)
class Origin:
    """What tells one server of the web from another."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> "Origin | None":
        """Return the origin of a URL, or None if it is none that can be asked."""
        parts = _split(url)
        if parts is None or parts.scheme not in _PORTS or not parts.hostname:
            return None
        with suppress(ValueError, UnicodeError):
            host = parts.hostname.rstrip(".").encode("idna").decode()
            return cls(parts.scheme, host, parts.port or _PORTS[parts.scheme])
        return None

    def __str__(self) -> str:
        usual = self.port == _PORTS[self.scheme]
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if usual else f"{host}:{self.port}"


class Guard:
    """Knows which places belong to an upstream: its own, and those of its files.

    Its own origin may be anywhere, because the operator named it, and so may
    `hosts`, each a host or a host and a port. If there are none, any host is
    allowed by HTTPS whose address everybody can reach.
    """

    def __init__(self, own: Origin, hosts: Sequence[str] = ()) -> None:
        self.own = own
        self._hosts = frozenset(host.lower() for host in hosts)

    def allows(self, url: str) -> bool:
        """Tell whether a URL may be asked, as far as it can be told without looking up its host."""
        origin = Origin.of(url)
        if origin is None:
            return False
        if origin == self.own or self._names(origin.host, origin.port):
            return True
        if self._hosts or (origin.scheme, origin.port) != ("https", 443):
            return False
        return not _is_inner_name(origin.host)

    def allows_address(self, host: str, port: int, address: str) -> bool:
        """Tell whether an address may be connected to for the sake of a host."""
        if (host, port) == (self.own.host, self.own.port) or self._names(host, port):
            return True
        return not self._hosts and port == _PORTS["https"] and is_open(ip_address(address))

    def _names(self, host: str, port: int) -> bool:
        if f"{host}:{port}" in self._hosts or f"[{host}]:{port}" in self._hosts:
            return True
        return host in self._hosts and port in _PORTS.values()


class GuardedBackend(NetworkBackend):
    """Connects to addresses that a guard allows, and to no other, whatever the name said before."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._plain = SyncBackend()

    @override
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[tuple[int, int, int]] | None = None,  # type: ignore[override]
    ) -> NetworkStream:
        deadline = time.monotonic() + (timeout or 0)
        failure: Exception = ConnectError(f"no address of {host} may be connected to")
        for address in self._list_addresses(host, port):
            rest = None if timeout is None else deadline - time.monotonic()
            if rest is not None and rest <= 0:
                raise ConnectTimeout(f"no time is left for {host}")
            try:
                return self._plain.connect_tcp(address, port, rest, local_address, socket_options)
            except (ConnectError, ConnectTimeout) as error:
                failure = error
        raise failure

    def _list_addresses(self, host: str, port: int) -> Iterator[str]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise ConnectError(f"{host} is not known: {error}") from error
        for *_, place in found:
            address = str(place[0])
            if self._guard.allows_address(host, port, address.partition("%")[0]):
                yield address


def is_open(address: Address) -> bool:
    """Tell whether an address is one that everybody can reach."""
    if any(address in block for block in _CLOSED):
        return False
    carried = _carried(address)
    return carried is None or is_open(carried)


def askable(url: str) -> tuple[str, str]:
    """Return the path and query of a URL as they are sent, and its host header."""
    parts = urlsplit(url)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = f"?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?')}" if parts.query else ""
    return path + query, str(Origin.of(url))


def _carried(address: Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 address stands for, if it does."""
    if isinstance(address, IPv4Address):
        return None
    if address in _6TO4:
        return IPv4Address(int(address) >> 80 & 0xFFFFFFFF)
    if any(address in block for block in _CARRIERS):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _is_inner_name(host: str) -> bool:
    try:
        return not is_open(ip_address(host))
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _split(url: str) -> SplitResult | None:
    if len(url) > LONGEST_URL or UNASKABLE.search(url):
        return None
    try:
        return urlsplit(url)
    except ValueError:
        return None
