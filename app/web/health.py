"""Whether the process is alive, and whether the service can serve."""

from typing import Any

from flask import Blueprint, Response, jsonify

from app.extensions import csrf
from app.web import errors
from app.web.headers import keep_private
from app.web.readiness import DEGRADED, OK, Check, read_readiness, why

bp = Blueprint("health", __name__)
errors.answer_as(bp, errors.as_json)
csrf.exempt(bp)
bp.after_request(keep_private)

_RETRY_SECONDS = "5"


@bp.get("/healthz")
def alive() -> Response:
    """Answer as long as the process can; nothing else is asked."""
    return jsonify(status=OK)


@bp.get("/readyz")
def ready() -> Response:
    """Answer 200 when requests may be sent here, else 503, with what is well and what is not."""
    found = read_readiness()
    checks = {check.name: _tell(check) for check in found.checks}
    response = jsonify(status=found.status, checks=checks)
    if found.status not in {OK, DEGRADED}:
        response.status_code = 503
        response.headers["Retry-After"] = _RETRY_SECONDS
    return response


def _tell(check: Check) -> dict[str, Any]:
    if not check.code:
        return {"ok": True, "code": OK}
    return {"ok": False, "code": check.code, "why": why(check.code), "needed": check.is_needed}
