"""The commands `serve`, which is all in one process tree, and `drain`."""

import sys
import time

import click
from flask import Flask

from app.core import stopping
from app.core.commands import demand_database
from app.core.database import close_connections
from app.core.queue import do_jobs
from app.core.runtime import application, setting
from app.launch import web
from app.launch.household import Household
from app.launch.preparation import prepare


@click.command("serve")
@click.option("--host", envvar="BIND", default="127.0.0.1", show_default=True)
@click.option("--port", type=int, help="By default what PORT says.")
@click.option("--seed/--no-seed", default=True, help="Whether an empty index gets demo projects.")
@click.option(
    "--web-only", is_flag=True, help="No more than the web: tables and worker are for others."
)
def serve(host: str, port: int | None, *, seed: bool, web_only: bool) -> None:
    """Upgrade the database, fill it when it is empty, start web and worker.

    Ctrl-C ends all of it.
    """
    app, port = application(), setting("PORT") if port is None else port
    _demand_port(host, port)
    demand_database(upgrading=not web_only)
    close_connections()
    household = Household(
        patience=setting("STOP_TIMEOUT"),
        delay=setting("STOP_DELAY"),
        announce=lambda: stopping.announce(setting("DATA_DIR")),
    )
    if not web_only:
        _start_work(household, app, seed=seed)
    household.start("web", lambda: web.serve(app, host, port, setting("WEB_PROCESSES")))
    click.echo(f"Serving on http://{host}:{port}/ (Ctrl-C ends it)")
    sys.exit(household.keep())


@click.command("drain")
def drain() -> None:
    """Say on /readyz that this machine is about to stop, and wait STOP_DELAY seconds.

    To be run before a server is stopped that does not do so by itself.
    """
    stopping.announce(setting("DATA_DIR"))
    time.sleep(setting("STOP_DELAY"))


def _demand_port(host: str, port: int) -> None:
    refused = web.find_obstacle(host, port)
    if refused:
        raise click.ClickException(
            f"Port {port} of {host} cannot be used ({refused}). "
            f"Stop what runs there, or choose another one: PORT={port + 1} make run"
        )


def _start_work(household: Household, app: Flask, *, seed: bool) -> None:
    # In a process of its own, so that no open database is inherited by the others.
    if household.run("preparation", lambda: prepare(seed=seed)) != 0:
        sys.exit(1)
    household.start("worker", lambda: do_jobs(app))
