"""The form that makes an API token."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, Regexp, ValidationError

from app.accounts.forms import AccountForm
from app.projects.names import LONGEST, is_valid
from app.web.forms import REQUIRED

_NAME_LONGEST = 100
_bad_name = _l("A token's name has at most 100 characters.")
_bad_project = _l(
    "A project's name has letters, digits, dots, hyphens and underscores, "
    "and begins and ends with a letter or a digit."
)


class TokenForm(AccountForm):
    """What a new token is for."""

    name = StringField(
        _l("Name"),
        [
            InputRequired(REQUIRED),
            Length(max=_NAME_LONGEST, message=_bad_name),
            Regexp(r"[^\x00-\x1f\x7f]+$", message=_bad_name),
        ],
        description=_l("Where the token will be used, so that you know it again."),
        render_kw={"autocomplete": "off"},
        filters=[lambda text: text and text.strip()],
    )
    scope = RadioField(
        _l("It may"),
        choices=[
            SelectChoice("read", _l("install packages")),
            SelectChoice("upload", _l("install and upload packages")),
        ],
        default="read",
    )
    project = StringField(
        _l("Only for the project"),
        [Optional(), Length(max=LONGEST, message=_bad_project)],
        description=_l("Leave it empty for all your projects. The project need not be there yet."),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
        filters=[lambda text: text and text.strip()],
    )
    days = SelectField(
        _l("It expires"),
        choices=[
            SelectChoice("7", _l("in 7 days")),
            SelectChoice("30", _l("in 30 days")),
            SelectChoice("90", _l("in 90 days")),
            SelectChoice("365", _l("in one year")),
            SelectChoice("", _l("never")),
        ],
        default="90",
    )

    def validate_project(self, field: Any) -> None:
        """Refuse what could never be a project's name."""
        if field.data and not is_valid(field.data):
            raise ValidationError(_bad_project)

    @property
    def lifetime(self) -> int | None:
        """Return for how many days the token is to work, or None for ever."""
        return int(self.days.data) if self.days.data else None
