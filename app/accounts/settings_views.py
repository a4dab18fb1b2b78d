"""What somebody changes about the own account."""

from flask import flash, make_response, request
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from app.accounts import auth, services
from app.accounts.forms import LanguageForm, NameForm, PasswordForm
from app.accounts.views import bp, show_form
from app.core.database import transaction
from app.core.exceptions import DomainError, Invalid
from app.core.i18n import COOKIE as LOCALE_COOKIE
from app.core.i18n import _, _l
from app.web.http import go


@bp.route("/name", methods=["GET", "POST"])
@login_required
def change_name() -> ResponseReturnValue:
    """Show somebody by another name."""
    form = NameForm(name=current_user.name)
    if not form.validate_on_submit():
        return show_form("accounts/change_name.html", form)
    try:
        with transaction():
            services.change_name(current_user.id, form.name.data)
    except DomainError as error:
        return show_form("accounts/change_name.html", form, error)
    flash(_("Your name is changed."), "success")
    return go("accounts.account")


@bp.route("/password", methods=["GET", "POST"])
@login_required
def change_password() -> ResponseReturnValue:
    """Set another password; this browser stays logged in, all others do not."""
    form = PasswordForm()
    if not form.validate_on_submit():
        return show_form("accounts/change_password.html", form)
    try:
        auth.check_own_password(current_user, form.current.data)
        with transaction():
            account = services.change_password(current_user.id, form.password.data)
    except DomainError as error:
        return show_form("accounts/change_password.html", form, error)
    auth.renew_session(account)
    flash(_("Your password is changed. You are logged out everywhere else."), "success")
    return go("accounts.account")


@bp.post("/language")
@login_required
def change_language() -> ResponseReturnValue:
    """Speak and write to somebody in another language."""
    form = LanguageForm()
    if not form.validate_on_submit():
        raise Invalid(_l("There is no such choice."))
    with transaction():
        services.change_language(current_user.id, form.locale.data)
    response = make_response(go("accounts.account"))
    # The switch in the footer is for this browser and would hide the new choice.
    response.delete_cookie(LOCALE_COOKIE, path=request.script_root or "/")
    return response
