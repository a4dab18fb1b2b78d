"""The pages on which somebody makes and revokes API tokens."""

from flask import flash, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from app.accounts import keys, tokens
from app.accounts.forms import AccountForm
from app.accounts.models import ApiToken
from app.core.database import transaction
from app.core.exceptions import DomainError
from app.core.i18n import _
from app.manage.token_forms import TokenForm
from app.manage.views import bp
from app.projects.names import normalise
from app.web.errors import status_of
from app.web.http import go


@bp.route("/account/tokens", methods=["GET", "POST"], endpoint="tokens")
@login_required
def list_and_make() -> ResponseReturnValue:
    """Show somebody's tokens, and a form that makes another one."""
    form = TokenForm()
    if not form.validate_on_submit():
        return _page(form, 400 if form.is_submitted() else 200)
    try:
        with transaction():
            token, secret = keys.make_own_token(current_user.id, form.name.data, **_limits(form))
    except DomainError as error:
        form.blame(error)
        return _page(form, status_of(error))
    return _shown_once(token, secret)


# No database has a larger number, and asking for one is an error.
@bp.post("/account/tokens/<int(max=2147483647):token_id>/revoke")
@login_required
def revoke_token(token_id: int) -> ResponseReturnValue:
    """End one of somebody's tokens."""
    with transaction():
        token = keys.revoke_own_token(current_user.id, token_id)
    flash(_("The token %(name)s is revoked.", name=token.name), "success")
    return go("manage.tokens")


def _limits(form: TokenForm) -> dict[str, object]:
    return {
        "scope": form.scope.data,
        "project": normalise(form.project.data) if form.project.data else None,
        "days": form.lifetime,
    }


def _page(form: AccountForm, status: int) -> ResponseReturnValue:
    mine = tokens.list_tokens(current_user.id)
    return _private(render_template("manage/tokens.html", form=form, tokens=mine), status)


def _shown_once(token: ApiToken, secret: str) -> ResponseReturnValue:
    # The answer to the POST itself, against the habit of the house: a page to go
    # on to would have to find the secret in an address or a cookie. Sent again,
    # the form is refused, because the name of the token is taken by then.
    return _private(render_template("manage/token_made.html", token=token, secret=secret), 200)


def _private(body: str, status: int) -> ResponseReturnValue:
    response = make_response(body, status)
    response.headers["Cache-Control"] = "no-store"
    return response
