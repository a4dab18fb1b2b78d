"""The one place that knows which HTTP status a domain error becomes, and how it looks."""

import logging
from collections.abc import Callable

from flask import Blueprint, Flask, Response, g, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError, TimeoutError
from werkzeug.exceptions import HTTPException

from app.core.exceptions import (
    Conflict,
    DomainError,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from app.core.i18n import _
from app.extensions import db, login
from app.web.http import status_line

Answer = Callable[[int, str, str], Response]

STATUSES: tuple[tuple[type[DomainError], int], ...] = (
    (Invalid, 400),
    (Unauthenticated, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (Gone, 410),
    (TooLarge, 413),
    (TooMany, 429),
    (Unavailable, 503),
)
REALM = 'Basic realm="Tilsit", charset="UTF-8"'

_log = logging.getLogger(__name__)
_answers: dict[str, Answer] = {}
_choices: dict[str, Callable[[], Answer]] = {}


def init_app(app: Flask) -> None:
    """Answer all errors of an application in the manner of the door they came through."""
    app.register_error_handler(DomainError, on_domain_error)
    app.register_error_handler(HTTPException, on_http_error)
    for kind in (OperationalError, InterfaceError, TimeoutError):
        app.register_error_handler(kind, on_database_error)
    app.register_error_handler(Exception, on_surprise)


def answer_as(blueprint: Blueprint, answer: Answer) -> None:
    """Let a blueprint's errors be answered by `as_page`, `as_json`, `as_text` or `as_upload`."""
    _answers[blueprint.name] = answer


def choose_answer(endpoint: str, choose: Callable[[], Answer]) -> None:
    """Let an endpoint's errors be answered as its requests ask for, whatever its blueprint."""
    _choices[endpoint] = choose


def status_of(error: DomainError) -> int:
    """Return the HTTP status that an error becomes."""
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 500)


def on_domain_error(error: DomainError) -> Response:
    """Answer what a feature refused."""
    status, answer = status_of(error), _find_answer()
    message = error.page_message if answer is as_page else str(error)
    response = answer(status, error.code, message)
    if isinstance(error, TooMany | Unavailable):
        response.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, Unauthenticated) and response.status_code == 401:
        response.headers["WWW-Authenticate"] = REALM
    return response


def on_http_error(error: HTTPException) -> Response:
    """Answer what Flask and Werkzeug refused; a redirect passes as it is."""
    if error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    response = _answer(error.code, _slug(error.name), _describe(error))
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    return response


def on_database_error(error: SQLAlchemyError) -> Response:
    """Answer that the database is away or busy; the client may try again."""
    _log.error("the database cannot be used: %s", getattr(error, "orig", error))
    db.session.remove()
    _forget_reader()
    return on_domain_error(Unavailable(_("The database is busy. Please try again.")))


def on_surprise(error: Exception) -> Response:
    """Answer what nobody expected, without telling strangers what it was."""
    _log.exception("unexpected error", exc_info=error)
    db.session.rollback()
    return _answer(500, "internal", _("Something went wrong here. It has been logged."))


def as_page(status: int, code: str, message: str) -> Response:
    """Answer with a page in the reader's language; who must log in is sent there."""
    if status == 401:
        return make_response(login.unauthorized(), 303)
    body = render_template("web/error.html", status=status, code=code, message=message)
    return Response(body, status, mimetype="text/html")


def as_json(status: int, code: str, message: str) -> Response:
    """Answer with a JSON object."""
    response = jsonify(message=message, code=code)
    response.status_code = status
    return response


def as_text(status: int, code: str, message: str) -> Response:
    """Answer with one line of text, also in the reason phrase; the stable code is in a header."""
    response = Response(f"{message}\n", mimetype="text/plain")
    response.status = status_line(status, message)
    response.headers["X-Error-Code"] = code
    return response


def as_upload(status: int, code: str, message: str) -> Response:
    """Answer an uploader: the message stands in the reason phrase and in the body.

    twine, hatch and pdm show only the reason, uv shows only the body. JSON goes
    to callers that prefer it by name; there the stable code is `error`, because
    uv shows people what stands under `code`.
    """
    if prefers_json():
        shown = f"{status} {message}"
        response = jsonify(message=message, code=shown, title=message, error=code)
    else:
        response = Response(f"{message}\n", mimetype="text/plain")
    response.status = status_line(status, message)
    response.headers["X-Error-Code"] = code
    return response


def _forget_reader() -> None:
    """Let the page be made without asking the database who is logged in, or anything else."""
    g._login_user = login.anonymous_user()
    g.is_database_away = True


def prefers_json() -> bool:
    """Tell whether the caller asks for JSON by name before plain text."""
    offered = request.accept_mimetypes
    return offered["application/json"] > offered["text/plain"]


def _answer(status: int, code: str, message: str) -> Response:
    return _find_answer()(status, code, message)


def _find_answer() -> Answer:
    choose = _choices.get(request.endpoint or "")
    return choose() if choose else _answers.get(request.blueprint or "", as_page)


def _slug(name: str) -> str:
    return name.lower().replace(" ", "-")


def _describe(error: HTTPException) -> str:
    if isinstance(error, CSRFError):
        return str(_("This form is too old. Please go back, load the page again and send it."))
    known = {
        400: _("The request could not be understood."),
        403: _("You may not do this."),
        404: _("There is nothing at this address."),
        405: _("This address does not take that kind of request."),
        413: _("That is too large."),
        429: _("Too many requests. Please wait a moment."),
    }
    return known.get(error.code or 500) or str(error.description)
