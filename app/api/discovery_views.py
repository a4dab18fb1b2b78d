"""Questions that uploaders ask before they upload, answered with a quick "no".

Trusted publishing is not offered here; a slow answer or a server error would
only delay them.
"""

from flask import Blueprint, Response, jsonify

from app.web import errors

bp = Blueprint("discovery", __name__)
errors.answer_as(bp, errors.as_json)


@bp.get("/_/oidc/audience")
def audience() -> Response:
    """Say that no identity tokens are taken here."""
    return errors.as_json(404, "not-supported", "Trusted publishing is not offered here.")


@bp.get("/.well-known/pytp")
def trusted_publishing() -> Response:
    """Say the same to who asks in the way of PEP 807, as a problem document (RFC 9457)."""
    response = jsonify(
        type="about:blank",
        status=404,
        title="Not Found",
        detail="Trusted publishing is not offered here.",
    )
    response.status_code = 404
    response.mimetype = "application/problem+json"
    return response
