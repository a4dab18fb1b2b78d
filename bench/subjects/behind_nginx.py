"""Tilsit behind nginx, as deploy/nginx sets it up."""

import os
import shutil
import subprocess

from bench.environments import ROOT
from bench.processes import Server, free_port, plain_environ
from bench.subjects.base import DATA
from bench.subjects.tilsit import Tilsit

RENDER = ROOT / "deploy" / "nginx" / "render.sh"

# What the site's own file leaves to the machine's nginx.conf.
_MAIN = """
daemon off;
{user}
worker_processes {processes};
worker_rlimit_nofile 8192;
pid {folder}/pid;
error_log stderr warn;
events {{ worker_connections 4096; }}
http {{
  keepalive_requests 1000000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  uwsgi_temp_path {folder}/uwsgi;
  fastcgi_temp_path {folder}/fastcgi;
  scgi_temp_path {folder}/scgi;
  include {folder}/site.conf;
}}
"""


class TilsitBehindNginx(Tilsit):
    """The set-up for production: nginx serves shelf and files, granian all else."""

    def __init__(self, processes: int) -> None:
        super().__init__(processes)
        self.name = f"nginx + {self.name}"
        self.folder = self.folder.with_name(f"nginx-{self.folder.name}")
        self._site = self.folder.with_name(f"{self.folder.name}-site")
        self._behind = free_port()
        self._nginx: Server | None = None

    def find_obstacle(self) -> str | None:
        """Return None if nginx is installed."""
        if shutil.which("nginx"):
            return None
        return "nginx is missing: install it with `apt-get install nginx-light`"

    def environ(self) -> dict[str, str]:
        """Return the settings of the application behind nginx."""
        behind = {"PORT": str(self._behind), "TRUSTED_PROXIES": "1", "ACCEL_PREFIX": "/_blobs/"}
        return super().environ() | behind

    def start(self) -> None:
        """Start the application, then nginx, and wait until both answer."""
        self.prepare()
        self._server = Server(self.command(), log=DATA / f"{self.folder.name}.log", cwd=self.folder)
        self._server.start(self.environ(), f"http://127.0.0.1:{self._behind}{self.ready_path}")
        self._render()
        command = ["nginx", "-e", "stderr", "-c", str(self._site / "nginx.conf")]
        self._nginx = Server(command, log=DATA / f"{self._site.name}.log", cwd=self._site)
        self._nginx.start({}, self.url + self.ready_path)

    def stop(self) -> None:
        """Stop both; the files stay."""
        if self._nginx is not None:
            self._nginx.stop()
        self._nginx = None
        super().stop()

    def memory(self) -> float:
        """Return the memory of both in MiB."""
        assert self._nginx is not None
        return super().memory() + self._nginx.memory()

    def _render(self) -> None:
        self._site.mkdir(parents=True, exist_ok=True)
        settings = {
            "DATA_DIR": str(self.folder),
            "UPSTREAM": f"http://127.0.0.1:{self._behind}",
            "LISTEN": f"127.0.0.1:{self.port}",
            "LOG_DIR": str(self._site),
            "CACHE_DIR": str(self._site / "admitted"),
            "INCLUDE": str(self._site / "more" / "*.conf"),
        }
        environ = plain_environ() | settings
        site = subprocess.run(["sh", str(RENDER)], env=environ, capture_output=True, check=True)
        (self._site / "site.conf").write_bytes(site.stdout)
        # As root it would read the files as somebody who may not.
        user = "user root;" if os.geteuid() == 0 else ""
        text = _MAIN.format(user=user, processes=os.cpu_count(), folder=self._site)
        (self._site / "nginx.conf").write_text(text)
