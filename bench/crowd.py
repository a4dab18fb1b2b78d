"""People and programs that use an index at the same time, and believe no answer."""

import hashlib
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx

from tests.archives import make_wheel, wheel_name
from tests.functional.house import PASSWORD, House
from tests.functional.uploading import BOUNDARY, basic, body_of, parts_for

JSON = {"Accept": "application/vnd.pypi.simple.v1+json"}
PAGES = ("/", "/search?q=crowd", "/browse/", "/browse/newest/", "/stats/", "/simple/", "/healthz")
# Seconds between what one client does and what it does next.
PAUSE = 0.2
# A house that is busy is asked again so often.
_TRIES = 5
_PIP_SECONDS = 120
_PUBLISHERS, _INSTALLERS = 1 / 3, 1 / 15
_MOST_RELEASES = 12
_CSRF = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')

Visitor = Callable[[threading.Event], None]


class Wrong(Exception):
    """An answer is not what was to be expected."""


@dataclass
class Published:
    """A file that the house has acknowledged; `doomed` from the moment its end is asked for."""

    project: str
    version: str
    filename: str
    sha256: str
    is_doomed: bool = False


@dataclass
class Ledger:
    """What was done, how long it took, and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    busy: int = 0
    published: int = 0
    removed: int = 0
    files: list[Published] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def timing(self, kind: str) -> Iterator[None]:
        """Note how long a block takes, or what is wrong with it."""
        begin = time.monotonic()
        try:
            yield
        except (Wrong, httpx.HTTPError, subprocess.SubprocessError) as error:
            self.errors.append(f"{kind}: {type(error).__name__}: {error}")
        else:
            self.seconds[kind].append(time.monotonic() - begin)

    def add(self, file: Published) -> None:
        """Note an acknowledged file, which others may look for from now on."""
        with self._lock:
            self.published += 1
            self.files.append(file)

    def forget(self, files: list[Published]) -> None:
        """Note that files are gone."""
        with self._lock:
            self.removed += 1
            self.files = [each for each in self.files if each not in files]

    def choose(self) -> Published | None:
        """Return any file that is there."""
        with self._lock:
            here = [file for file in self.files if not file.is_doomed]
        return random.choice(here) if here else None  # noqa: S311 - a test, no secret

    def in_order(self) -> list[tuple[str, list[float]]]:
        """Return what was done by its name."""
        return sorted(self.seconds.items())


class Crowd:
    """Visitors of a house: a third publish, some install with pip, the others read."""

    def __init__(self, house: House, ledger: Ledger, count: int, *, has_pip: bool) -> None:
        self._house, self._ledger = house, ledger
        publishers = max(1, round(count * _PUBLISHERS))
        installers = max(1, round(count * _INSTALLERS)) if has_pip else 0
        tokens = [house.make_token(f"crowd{number}") for number in range(publishers)]
        owners = [_Owner(house, ledger, number, token) for number, token in enumerate(tokens)]
        readers = count - publishers - installers
        self.visitors: list[Visitor] = [
            *(partial(_keep_on, owner.act) for owner in owners),
            *(partial(_keep_on, _Installer(house, ledger).act) for _ in range(installers)),
            *(partial(_keep_on, _Reader(house, ledger).act) for _ in range(readers)),
        ]


class _Guest:
    """Somebody with a connection, who comes again when the house is busy."""

    def __init__(self, house: House, ledger: Ledger) -> None:
        self.house, self.ledger = house, ledger
        self.http = httpx.Client(base_url=house.url, trust_env=False, timeout=60)

    def ask(self, method: str, path: str, **given: object) -> httpx.Response:
        """Return a good answer; raises `Wrong`."""
        for _ in range(_TRIES):
            answer = self.http.request(method, path, **given)  # type: ignore[arg-type]
            if answer.status_code != 503:
                break
            self.ledger.busy += 1
            time.sleep(min(int(answer.headers["Retry-After"]), 5))
        if answer.status_code not in {200, 303}:
            raise Wrong(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
        return answer

    def page_of(self, project: str) -> dict[str, dict[str, object]]:
        """Return the files on a project's page by their names."""
        answer = self.http.get(f"/simple/{project}/", headers=JSON)
        if answer.status_code == 404:
            return {}
        if answer.status_code != 200:
            raise Wrong(f"/simple/{project}/: {answer.status_code}")
        return {file["filename"]: file for file in answer.json()["files"]}

    def demand_listed(self, file: Published) -> dict[str, object]:
        """Return what the page says of an acknowledged file; raises `Wrong`."""
        listed = self.page_of(file.project).get(file.filename)
        if listed is None and not file.is_doomed:
            raise Wrong(f"{file.filename} was acknowledged and is not listed")
        return listed or {}


class _Owner(_Guest):
    """Publishes in a project of its own, yanks, and removes what is old."""

    def __init__(self, house: House, ledger: Ledger, number: int, token: str) -> None:
        super().__init__(house, ledger)
        self._project, self._account, self._token = f"crowd-{number}", f"crowd{number}", token
        self._made = 0
        self._own: list[Published] = []

    def act(self) -> None:
        """Do what comes next."""
        if self._made % 4 == 3 and self._own:
            self._yank(self._own[-1])
        if len(self._own) >= _MOST_RELEASES:
            self._remove(self._own.pop(0))
        self._publish()

    def _publish(self) -> None:
        self._made += 1
        version = f"1.{self._made}"
        noise = random.randbytes(random.choice((1_000, 20_000, 200_000)))  # noqa: S311
        content = make_wheel(self._project, version, members={"crowd_noise.bin": noise}, store=True)
        name = wheel_name(self._project, version)
        file = Published(self._project, version, name, hashlib.sha256(content).hexdigest())
        with self.ledger.timing("publish"):
            headers = {
                "Authorization": basic(self._token),
                "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            }
            body = body_of(parts_for(name, content))
            self.ask("POST", "/legacy/", content=body, headers=headers)
            self._own.append(file)
            self.ledger.add(file)
            self.demand_listed(file)

    def _yank(self, file: Published) -> None:
        with self.ledger.timing("yank"):
            self._send(f"release/{file.version}/yank", {"yank-reason": "a soak"})
            if self.demand_listed(file).get("yanked") != "a soak":
                raise Wrong(f"{file.filename} was yanked and does not say so")

    def _remove(self, file: Published) -> None:
        file.is_doomed = True
        with self.ledger.timing("remove a release"):
            form = {"delete-confirmation": file.version}
            self._send(f"release/{file.version}/delete", form)
            if file.filename in self.page_of(file.project):
                raise Wrong(f"{file.filename} was removed and is listed")
            self.ledger.forget([file])

    def _send(self, path: str, form: dict[str, str]) -> None:
        if "session" not in self.http.cookies:
            self._log_in()
        place = f"/manage/project/{self._project}/"
        token = _token_of(self.ask("GET", place + path.rpartition("/")[0] + "/").text)
        answer = self.ask("POST", place + path, data=form | {"csrf_token": token})
        if answer.status_code != 303:
            raise Wrong(f"{path}: the form came back")

    def _log_in(self) -> None:
        token = _token_of(self.ask("GET", "/account/login").text)
        form = {"csrf_token": token, "login": self._account, "password": PASSWORD}
        if self.ask("POST", "/account/login", data=form).status_code != 303:
            raise Wrong("nobody could log in")


class _Reader(_Guest):
    """Reads pages, index pages and files, all of them by HTTP."""

    def act(self) -> None:
        """Look at a page, and at all that is said of some file."""
        path = random.choice(PAGES)  # noqa: S311 - a test, no secret
        with self.ledger.timing(f"read {path.partition('?')[0]}"):
            self.ask("GET", path)
        file = self.ledger.choose()
        if file is None:
            return
        with self.ledger.timing("read an index page"):
            listed = self.demand_listed(file)
        for kind, path in (
            ("read a project's page", f"/project/{file.project}/"),
            ("read a project as JSON", f"/pypi/{file.project}/json"),
        ):
            with self.ledger.timing(kind):
                self.ask("GET", path)
        if listed:
            self._download(file, str(listed["url"]))

    def _download(self, file: Published, url: str) -> None:
        with self.ledger.timing("download"):
            place = httpx.URL(f"{self.house.simple_url}{file.project}/").join(url)
            answer = self.http.get(place)
            if answer.status_code == 404 and file.is_doomed:
                return
            if answer.status_code != 200:
                raise Wrong(f"{file.filename}: {answer.status_code}")
            if hashlib.sha256(answer.content).hexdigest() != file.sha256:
                raise Wrong(f"{file.filename} has other bytes than were published")


class _Installer(_Guest):
    """Installs with the real pip."""

    def act(self) -> None:
        """Install some file, unless its owner removes it meanwhile."""
        file = self.ledger.choose()
        if file is None:
            return
        with self.ledger.timing("pip install"), tempfile.TemporaryDirectory() as name:
            wanted = f"{file.project}=={file.version}"
            done = self._run(wanted, Path(name))
            installed = list(Path(name).rglob("crowd_noise.bin"))
            if (done.returncode or not installed) and not file.is_doomed:
                raise Wrong(f"pip did not install {wanted}: {done.stderr[-300:]}")

    def _run(self, wanted: str, folder: Path) -> "subprocess.CompletedProcess[str]":
        options = ("--no-deps", "--no-cache-dir", "--disable-pip-version-check", "--isolated")
        command = [sys.executable, "-m", "pip", "install", *options, "--target", str(folder)]
        return subprocess.run(
            [*command, "--index-url", self.house.simple_url, wanted],
            capture_output=True,
            text=True,
            timeout=_PIP_SECONDS,
        )


def _keep_on(act: Callable[[], None], over: threading.Event) -> None:
    """Act again and again, with pauses of different lengths, until all is over."""
    while not over.wait(random.uniform(0, 2 * PAUSE)):  # noqa: S311 - a test, no secret
        act()


def _token_of(page: str) -> str:
    found = _CSRF.search(page)
    if found is None:
        raise Wrong("a form has no token")
    return found[1]
