"""Registering, logging in and out, and one's own page."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from app.accounts import auth, services, throttles
from app.accounts.forms import AccountForm, ButtonForm, LanguageForm, LogInForm, RegisterForm
from app.core.database import transaction
from app.core.exceptions import DomainError, TooMany
from app.core.i18n import _, reader_locale
from app.web.errors import status_of
from app.web.headers import keep_private
from app.web.http import find_caller, go, is_local
from app.web.notices import goes_on

bp = Blueprint("accounts", __name__, url_prefix="/account")
bp.after_request(keep_private)


@bp.route("", methods=["GET"], strict_slashes=False)
@login_required
def account() -> ResponseReturnValue:
    """Show somebody's own page."""
    language = LanguageForm(locale=current_user.locale or reader_locale())
    return render_template("accounts/account.html", account=current_user, language=language)


@bp.route("/register", methods=["GET", "POST"])
def register() -> ResponseReturnValue:
    """Open an account for a stranger."""
    services.demand_open_registration()
    form = RegisterForm()
    if not form.validate_on_submit():
        return show_form("accounts/register.html", form)
    try:
        with transaction():
            throttles.count_registration(find_caller().address)
        with transaction():
            services.register(
                form.username.data,
                form.email.data,
                password=form.password.data,
                name=form.name.data,
                locale=reader_locale(),
            )
    except DomainError as error:
        return show_form("accounts/register.html", form, error)
    sent = _("We have sent a mail to %(email)s. Please follow the link in it.")
    flash(sent % {"email": form.email.data}, "success")
    return go("accounts.log_in")


@bp.route("/login", methods=["GET", "POST"])
@goes_on
def log_in() -> ResponseReturnValue:
    """Begin a session."""
    if current_user.is_authenticated:
        return redirect(_next_page(), code=303)
    form = LogInForm()
    if not form.validate_on_submit():
        return show_form("accounts/log_in.html", form)
    try:
        known = auth.check_login(form.login.data, form.password.data)
    except DomainError as error:
        return show_form("accounts/log_in.html", form, error)
    auth.begin_session(known, remember=form.remember.data)
    return redirect(_next_page(), code=303)


@bp.post("/logout")
@goes_on
def log_out() -> ResponseReturnValue:
    """End the session."""
    if current_user.is_authenticated:
        with transaction():
            services.log_out(current_user.id)
        auth.end_session()
        flash(_("You are logged out."), "success")
    return go("site.home")


def show_form(
    template: str, form: AccountForm | ButtonForm, error: DomainError | None = None, **more: object
) -> ResponseReturnValue:
    """Show a form: empty, or with what was wrong and all values but passwords."""
    status = 400 if form.is_submitted() else 200
    headers = {}
    if error is not None:
        form.blame(error)
        status = status_of(error)
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(error.retry_after)
    return render_template(template, form=form, **more), status, headers


def _next_page() -> str:
    target = request.args.get("next", "")
    return target if is_local(target) else url_for("accounts.account")
