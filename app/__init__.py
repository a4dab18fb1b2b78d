"""Tilsit, a Python package index of your own."""

from flask import Flask

import config
from app import (
    accounts,
    admin,
    api,
    backup,
    checking,
    doctor,
    feeds,
    indexes,
    journal,
    launch,
    manage,
    metrics,
    mirror,
    mongo,
    moving,
    pages,
    policy,
    retention,
    search,
    seed,
    simple,
    site,
    stats,
    uploads,
    web,
)
from app.core import faults, i18n, meters, queue, remembering, slowness, stopping, storage
from app.core.commands import guard_commands
from app.core.settings import remember_shared
from app.extensions import bootstrap, csrf, db, login, mail, migrate
from app.wiring import wire


def create_app(settings: config.Config | None = None) -> Flask:
    """Return the application: extensions, then features from the floor up, then wiring."""
    app = Flask(__name__)
    app.config.from_object(settings or config.choose())

    db.init_app(app)
    migrate.init_app(app, db, directory=str(config.ROOT / "migrations"), render_as_batch=True)
    login.init_app(app)
    csrf.init_app(app)
    mail.init_app(app)
    bootstrap.init_app(app)

    faults.init_app(app)
    stopping.init_app(app)
    meters.init_app(app)
    slowness.init_app(app)
    remember_shared(app)
    remembering.init_app(app)
    i18n.init_app(app)
    storage.init_app(app)
    queue.init_app(app)
    web.init_app(app)

    for feature in (
        *(accounts, indexes, journal, pages, stats, search, mirror, uploads, policy, retention),
        *(simple, api, site, manage, feeds, metrics, admin),
        *(checking, seed, moving, backup, mongo, doctor, launch),
    ):
        feature.init_app(app)

    guard_commands(app)
    wire()
    return app
