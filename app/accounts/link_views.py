"""The pages behind links in mails, and the ways to ask for one.

Opening a link shows a button, and only the button uses the link up: mail
scanners open everything, but press nothing.
"""

from flask import flash
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from app.accounts import auth, links, mails, services
from app.accounts.forms import AskResetForm, ButtonForm, ResetForm
from app.accounts.views import bp, show_form
from app.core.database import transaction
from app.core.exceptions import DomainError
from app.core.i18n import _
from app.web.http import find_caller, go


@bp.post("/confirmation")
@login_required
def resend_confirmation() -> ResponseReturnValue:
    """Send the link that confirms an address, again."""
    with transaction():
        services.ask_confirmation(current_user.id)
    flash(_("We have sent you a mail. Please follow the link in it."), "success")
    return go("accounts.account")


@bp.route("/confirm/<secret>", methods=["GET", "POST"])
def confirm(secret: str) -> ResponseReturnValue:
    """Confirm an address by a link."""
    form = ButtonForm()
    if not form.validate_on_submit():
        link = links.get_link(secret, links.CONFIRM)
        return show_form("accounts/confirm.html", form, address=link.email.address)
    with transaction():
        services.confirm_email(secret)
    flash(_("Thank you. Your e-mail address is confirmed."), "success")
    return go("accounts.account" if current_user.is_authenticated else "accounts.log_in")


@bp.route("/reset", methods=["GET", "POST"])
def ask_reset() -> ResponseReturnValue:
    """Send a link that sets a new password, to whoever it may concern."""
    form = AskResetForm()
    if not form.validate_on_submit():
        return show_form("accounts/ask_reset.html", form)
    try:
        with transaction():
            mails.promise_reset(form.login.data, address=find_caller().address)
    except DomainError as error:
        return show_form("accounts/ask_reset.html", form, error)
    flash(
        _("If there is such an account, a mail is on its way. The link in it works for one hour."),
        "success",
    )
    return go("accounts.log_in")


@bp.route("/reset/<secret>", methods=["GET", "POST"])
def reset_password(secret: str) -> ResponseReturnValue:
    """Set a new password by a link, and begin a session."""
    form = ResetForm()
    if not form.validate_on_submit():
        link = links.get_link(secret, links.RESET)
        return show_form("accounts/reset_password.html", form, username=link.email.account.username)
    try:
        with transaction():
            account = services.reset_password(secret, form.password.data)
    except DomainError as error:
        return _show_refusal(secret, form, error)
    auth.begin_session(account, remember=False)
    flash(_("Your password is changed. You are logged out everywhere else."), "success")
    return go("accounts.account")


def _show_refusal(secret: str, form: ResetForm, error: DomainError) -> ResponseReturnValue:
    link = links.get_link(secret, links.RESET)
    username = link.email.account.username
    return show_form("accounts/reset_password.html", form, error, username=username)
