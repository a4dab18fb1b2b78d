"""Sessions that stay out of what caches keep for everyone."""

from flask import Flask, Response
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from typing_extensions import override

from app.web.documents import is_public


class PrivateSessions(SecureCookieSessionInterface):
    """Cookies as Flask signs them, but never with an answer that is for everyone.

    Flask sends a lasting session's cookie anew with every answer. A cache that
    keeps a file for all would keep somebody's cookie with it.
    """

    @override
    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not is_public():
            super().save_session(app, session, response)
