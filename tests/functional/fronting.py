"""Questions to a house behind nginx, and to the application behind it."""

import socket

import httpx

from tests.archives import make_sdist, make_wheel, sdist_name, wheel_name
from tests.functional.house import House
from tests.functional.test_pages import V1_JSON, get, path_of
from tests.functional.uploading import publish

NAME = "served"
WHEEL = wheel_name(NAME, "1.0")
PAGE = f"/simple/{NAME}/"
# Only the application knows it, so who sends it has told where the answer comes from.
SERIAL = "X-PyPI-Last-Serial"
Facts = tuple[int, dict[str, str], bytes]


def furnish(house: House, name: str) -> list[str]:
    """Publish a project; return the paths of its page, a wheel, its metadata and the list."""
    publish(house, wheel_name(name, "1.0"), make_wheel(name, "1.0"))
    publish(house, sdist_name(name, "1.0"), make_sdist(name, "1.0"))
    file = path_of(house, name, wheel_name(name, "1.0"))
    paths = [f"/simple/{name}/", file, f"{file}.metadata", "/simple/"]
    for path in paths:
        # What is not on the shelf yet is laid by whoever asks first.
        for accept in (V1_JSON, "text/html"):
            assert get(house, path, Accept=accept).status_code == 200
    return paths


def by_application(house: House, path: str, **headers: str) -> httpx.Response:
    """Ask in a way that nginx does not answer by itself."""
    return get(house, f"{path}?asked=oddly", **headers)


def facts_of(answer: httpx.Response) -> Facts:
    """Return status, headers and body, without what is of the moment or the server."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    for name in ("date", "server", "connection", "x-request-id", SERIAL.lower()):
        headers.pop(name, None)
    return answer.status_code, headers, b"".join(answer.iter_raw())


def ask(house: House, path: str, *, method: str = "GET", **headers: str | None) -> Facts:
    """Send these headers and no others, and return the facts of the answer."""
    names = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
    request = httpx.Request(method, f"{house.url}{path}", headers=names)
    answer = house.http.send(request, stream=True)
    try:
        return facts_of(answer)
    finally:
        answer.close()


def both(
    house: House, path: str, *, method: str = "GET", **headers: str | None
) -> tuple[Facts, Facts]:
    """Return what nginx answers, and what the application does."""
    fast = ask(house, path, method=method, **headers)
    return fast, ask(house, f"{path}?asked=oddly", method=method, **headers)


def raw(house: House, request: bytes) -> bytes:
    """Send bytes as they are and return all that comes back."""
    with socket.create_connection(("127.0.0.1", house.port), timeout=20) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def raw_get(house: House, path: str, *headers: str) -> bytes:
    """Ask for a path as it is written, in a connection of its own."""
    lines = (f"GET {path} HTTP/1.1", "Host: x", "Connection: close", *headers, "", "")
    return raw(house, "\r\n".join(lines).encode())
