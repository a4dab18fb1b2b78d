"""The forms with which owners manage their projects."""

from typing import Any

from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from app.accounts.forms import AccountForm
from app.core.i18n import _l
from app.web.forms import REQUIRED

_REASON_LONGEST = 500
_plain = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


def _without_nul(_form: object, field: StringField) -> None:
    # PostgreSQL has no NUL in its texts.
    if "\x00" in (field.data or ""):
        raise ValidationError(_l("This holds a character that cannot be used."))


def _reason(description: Any) -> StringField:
    too_long = _l("A reason has at most 500 characters.")
    return StringField(
        _l("Reason"),
        [Length(max=_REASON_LONGEST, message=too_long), _without_nul],
        description=description,
        render_kw={"autocomplete": "off"},
    )


class YankForm(AccountForm):
    """Why a release is taken back."""

    reason = _reason(_l("Installers show it to everybody who gets this release all the same."))


class PromoteForm(AccountForm):
    """Why a release is brought to another index."""

    reason = _reason(_l("It is kept with the promotion, for those who look it up later."))


class StatusForm(AccountForm):
    """How a project stands (PEP 792)."""

    status = SelectField(
        _l("Status"),
        choices=[
            SelectChoice("active", _l("Active")),
            SelectChoice("archived", _l("Archived: takes no more releases")),
            SelectChoice("deprecated", _l("Deprecated: something else should be used")),
        ],
    )
    reason = _reason(_l("It stands on the project's page. Say what to use instead."))


class PersonForm(AccountForm):
    """Who gets a role, and which."""

    username = StringField(
        _l("Username"), [InputRequired(REQUIRED), _without_nul], render_kw=_plain
    )
    kind = SelectField(
        _l("Role"),
        choices=[
            SelectChoice("maintainer", _l("Maintainer: uploads releases")),
            SelectChoice("owner", _l("Owner: does everything")),
        ],
    )


class ConfirmForm(AccountForm):
    """The name of what is to be deleted, typed by hand."""

    confirmation = StringField(
        _l("Type its name to confirm"), [InputRequired(REQUIRED)], render_kw=_plain
    )
