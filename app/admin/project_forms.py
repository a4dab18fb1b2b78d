"""The forms with which administrators look after projects."""

from wtforms import IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.accounts.forms import AccountForm
from app.admin.fields import LookupForm, plain_text
from app.admin.project_queries import LIMITED, LONGEST_TERM, REMOVED
from app.core.i18n import _l
from app.indexes.limits import LARGEST
from app.web.forms import REQUIRED

_plain = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
_reason_too_long = _l("A reason has at most 500 characters.")
_STATUSES = (
    ("active", _l("Active")),
    ("archived", _l("Archived")),
    ("deprecated", _l("Deprecated")),
    ("quarantined", _l("In quarantine")),
)


class FindProjectsForm(LookupForm):
    """Which projects are looked for."""

    q = StringField(_l("Name"), [Length(max=LONGEST_TERM), plain_text], render_kw=_plain)
    which = SelectField(
        _l("Which"),
        default="",
        choices=[
            SelectChoice("", _l("All")),
            *(SelectChoice(status, title) for status, title in _STATUSES),
            SelectChoice(REMOVED, _l("Deleted")),
            SelectChoice(LIMITED, _l("With limits of their own")),
        ],
    )
    index = SelectField(_l("Index"), default="")


class ProjectStatusForm(AccountForm):
    """How a project stands (PEP 792), as an administrator may say."""

    status = SelectField(
        _l("Status"), choices=[SelectChoice(status, title) for status, title in _STATUSES]
    )
    reason = StringField(
        _l("Reason"),
        [Length(max=500, message=_reason_too_long), plain_text],
        description=_l("It stands on the project's page."),
        render_kw={"autocomplete": "off"},
    )


class RoleForm(AccountForm):
    """Who gets a role, and which."""

    username = StringField(_l("Username"), [InputRequired(REQUIRED), plain_text], render_kw=_plain)
    kind = SelectField(
        _l("Role"),
        choices=[
            SelectChoice("owner", _l("Owner: does everything")),
            SelectChoice("maintainer", _l("Maintainer: uploads releases")),
        ],
    )


_no_number = _l("A limit is a whole number of megabytes, from 1 on.")


def _megabytes(label: str, description: str) -> IntegerField:
    return IntegerField(
        label,
        [Optional(), NumberRange(1, LARGEST, message=_no_number)],
        description=description,
        render_kw={"inputmode": "numeric", "min": "1"},
    )


class LimitsForm(AccountForm):
    """How large files may be, and all of them together."""

    max_file = _megabytes(_l("Largest file, in MB"), _l("Empty: what holds for all."))
    max_project = _megabytes(
        _l("All files of a project together, in MB"), _l("Empty: what holds for all.")
    )


class ConfirmationForm(AccountForm):
    """The name of what is to be deleted, typed by hand."""

    confirmation = StringField(
        _l("Type it to confirm"), [InputRequired(REQUIRED), plain_text], render_kw=_plain
    )


class ReleaseForm(ConfirmationForm):
    """Which release is to be deleted; its version is the confirmation."""

    confirmation = StringField(
        _l("Version"), [InputRequired(REQUIRED), plain_text], render_kw=_plain
    )


class ProhibitForm(AccountForm):
    """Which name nobody may take, and why."""

    name = StringField(
        _l("Name"),
        [InputRequired(REQUIRED), Length(max=LONGEST_TERM), plain_text],
        description=_l("In any spelling; other names that look like it stay free."),
        render_kw=_plain,
    )
    reason = StringField(
        _l("Reason"),
        [Length(max=500, message=_reason_too_long), plain_text],
        description=_l("Administrators read it here and in the journal."),
        render_kw={"autocomplete": "off"},
    )
