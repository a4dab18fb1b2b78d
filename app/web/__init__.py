"""What all HTTP doors share."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app.core.meters import PART
from app.web import addresses, errors, filters, headers, health, notices, readiness, visits
from app.web.chunks import ChunkedBodies
from app.web.sessions import PrivateSessions
from app.web.turnstiles import Turnstiles
from app.web.visits import Visits


def init_app(app: Flask) -> None:
    """Bind addresses, errors, headers, notices, turnstiles and the like to an application."""
    app.session_interface = PrivateSessions()
    visits.init_app(app)
    addresses.init_app(app)
    errors.init_app(app)
    headers.init_app(app)
    filters.init_app(app)
    notices.init_app(app)
    readiness.init_app(app)
    app.register_blueprint(health.bp)
    app.wsgi_app = ChunkedBodies(app.wsgi_app)  # type: ignore[method-assign]
    app.wsgi_app = Turnstiles(app.wsgi_app, downloads="/files/")  # type: ignore[method-assign]
    hops = app.config["TRUSTED_PROXIES"]
    app.wsgi_app = Visits(  # type: ignore[method-assign]
        app.wsgi_app, app.extensions[PART], trusts_numbers=hops > 0
    )
    if hops:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_prefix=hops
        )
