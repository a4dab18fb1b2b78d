"""The yardstick: nginx sends what Tilsit sends, as plain files."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx

from bench.pages import FORMS, JSON, Answer, Asked, Form, ask, make_client
from bench.subjects.base import Installed, Subject

_CONFIG = """
daemon off;
{user}
worker_processes {processes};
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  types {{ application/vnd.pypi.simple.v1+json json; text/html html; }}
  default_type application/octet-stream;
  client_body_temp_path {folder}/temp;
  proxy_temp_path {folder}/temp;
  fastcgi_temp_path {folder}/temp;
  uwsgi_temp_path {folder}/temp;
  scgi_temp_path {folder}/temp;
  server {{
    listen 127.0.0.1:{port};
    root {folder}/www;
  }}
}}
"""


class Nginx(Installed):
    """One worker for every processor, no log, sendfile."""

    name = "nginx, plain files"

    def find_obstacle(self) -> str | None:
        """Return None if nginx is installed."""
        if shutil.which("nginx"):
            return None
        return "nginx is missing: install it with `apt-get install nginx-light`"

    def command(self) -> Sequence[str]:
        """Return its command line."""
        config = str(self.folder / "nginx.conf")
        return ["nginx", "-e", "stderr", "-p", str(self.folder), "-c", config]

    def prepare(self) -> None:
        """Write its configuration."""
        (self.folder / "www").mkdir(parents=True, exist_ok=True)
        # As root it would read the files as somebody who may not.
        user = "user root;" if os.geteuid() == 0 else ""
        text = _CONFIG.format(
            user=user, processes=os.cpu_count(), folder=self.folder, port=self.port
        )
        (self.folder / "nginx.conf").write_text(text)

    def copy(self, model: Subject, projects: Sequence[str], files: Sequence[str]) -> None:
        """Store what another subject answers: its pages, and the files of some projects."""
        with make_client() as http:
            for form in FORMS:
                root = ask(http, Asked(model.root_url(form), form.headers))
                self._store(self.root_url(form), root)
                for project in projects:
                    page = ask(http, Asked(model.page_url(project, form), form.headers))
                    self._store(self.page_url(project, form), page)
            for project in files:
                self._copy_files(http, model.page_url(project, JSON))

    def _copy_files(self, http: httpx.Client, page_url: str) -> None:
        for url in ask(http, Asked(page_url, JSON.headers)).links().values():
            self._store(url, ask(http, Asked(url)))
            self._store(f"{url}.metadata", ask(http, Asked(f"{url}.metadata")))

    def page_url(self, project: str, form: Form) -> str:
        """Return the address of the file that holds a page in one form."""
        return f"{self.url}/simple/{project}/page.{form.name}"

    def root_url(self, form: Form) -> str:
        """Return the address of the file that holds the list in one form."""
        return f"{self.url}/simple/root.{form.name}"

    def index_url(self) -> str | None:
        """Return None: installers get nowhere here."""
        return None

    def _store(self, url: str, answer: Answer) -> None:
        path: Path = self.folder / "www" / unquote(urlsplit(url).path).lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(answer.content)
