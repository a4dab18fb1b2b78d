"""The forms of the pages about accounts."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import EqualTo, InputRequired, Length, Regexp

from app.accounts.exceptions import BadAddress, BadName, BadPassword, BadUsername
from app.accounts.names import (
    ADDRESS_LONGEST,
    NAME_LONGEST,
    NAME_PATTERN,
    USERNAME_LONGEST,
    USERNAME_PATTERN,
)
from app.accounts.passwords import LONGEST, SHORTEST
from app.core.exceptions import DomainError
from app.core.i18n import LANGUAGES
from app.web.forms import REQUIRED, Form

_required = InputRequired(REQUIRED)
_plain = {"autocapitalize": "none", "spellcheck": "false"}


class AccountForm(Form):
    """A form that can show what a service refused beside the field it is about."""

    def blame(self, error: DomainError) -> None:
        """Show an error at the field that it names, else at the head of the form."""
        field = self._fields.get(getattr(error, "field", ""))
        errors = self.form_errors if field is None else field.errors
        if field is None:
            errors.append(str(error))
        else:
            field.errors = [*errors, str(error)]
        self.point_out()


def _username(label: str) -> StringField:
    return StringField(
        label,
        [
            _required,
            Length(max=USERNAME_LONGEST, message=BadUsername.message),
            Regexp(f"{USERNAME_PATTERN}$", message=BadUsername.message, html_pattern=_PATTERN),
        ],
        description=_l("Letters, digits, dots, hyphens and underscores. It cannot be changed."),
        render_kw={"autocomplete": "username", **_plain},
    )


def _name() -> StringField:
    return StringField(
        _l("Name"),
        [
            Length(max=NAME_LONGEST, message=BadName.message),
            Regexp(f"{NAME_PATTERN}$", message=BadName.message, html_pattern="[^<>]*"),
        ],
        description=_l("As others see you. You may leave it empty."),
        render_kw={"autocomplete": "name"},
    )


def _new_password(label: str) -> PasswordField:
    return PasswordField(
        label,
        [_required, Length(SHORTEST, LONGEST, message=BadPassword.message)],
        description=_l("At least 8 characters. Three or four unrelated words are good."),
        render_kw={"autocomplete": "new-password"},
    )


def _again() -> PasswordField:
    different = _l("The two passwords differ.")
    return PasswordField(
        _l("Password, again"),
        [_required, EqualTo("password", message=different)],
        render_kw={"autocomplete": "new-password"},
    )


_PATTERN = USERNAME_PATTERN


class RegisterForm(AccountForm):
    """What somebody tells who wants an account."""

    username = _username(_l("Username"))
    name = _name()
    email = EmailField(
        _l("E-mail address"),
        [_required, Length(max=ADDRESS_LONGEST, message=BadAddress.message)],
        description=_l("We send a link to it. Nobody else sees it."),
        render_kw={"autocomplete": "email"},
    )
    password = _new_password(_l("Password"))
    again = _again()


class LogInForm(AccountForm):
    """Who somebody is."""

    login = StringField(
        _l("Username or e-mail address"),
        [_required, Length(max=ADDRESS_LONGEST)],
        render_kw={"autocomplete": "username", **_plain},
    )
    password = PasswordField(
        _l("Password"),
        [_required, Length(max=LONGEST, message=BadPassword.message)],
        render_kw={"autocomplete": "current-password"},
    )
    remember = BooleanField(_l("Stay logged in for 30 days on this device"))


class NameForm(AccountForm):
    """How somebody wants to be called."""

    name = _name()


class PasswordForm(AccountForm):
    """A password for another one."""

    current = PasswordField(
        _l("Your password now"),
        [_required, Length(max=LONGEST, message=BadPassword.message)],
        render_kw={"autocomplete": "current-password"},
    )
    password = _new_password(_l("New password"))
    again = _again()


class LanguageForm(AccountForm):
    """In which language somebody is written to."""

    locale = SelectField(
        _l("Language"), choices=[SelectChoice(key, name) for key, name in LANGUAGES.items()]
    )


class AskResetForm(AccountForm):
    """Whose password was forgotten."""

    login = StringField(
        _l("Username or e-mail address"),
        [_required, Length(max=ADDRESS_LONGEST)],
        render_kw={"autocomplete": "username", **_plain},
    )


class ResetForm(AccountForm):
    """A password for one that was forgotten."""

    password = _new_password(_l("New password"))
    again = _again()


class ButtonForm(AccountForm):
    """Nothing but a button, which only our own pages may press."""
