"""The forms with which administrators look after mirrors."""

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from app.accounts.forms import AccountForm
from app.projects.exceptions import BadProjectName
from app.projects.names import LONGEST
from app.web.forms import REQUIRED

LONGEST_DAYS = 3650
_PATTERN = r"[A-Za-z0-9]([A-Za-z0-9._\-]*[A-Za-z0-9])?"
_plain = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
_trimmed = [lambda text: text and text.strip()]


def _project(*validators: object, **facts: object) -> StringField:
    return StringField(
        _l("Project"),
        [
            *validators,
            Length(max=LONGEST, message=BadProjectName.message),
            Regexp(f"{_PATTERN}$", message=BadProjectName.message, html_pattern=_PATTERN),
        ],
        filters=_trimmed,
        render_kw=_plain,
        **facts,
    )


class RefreshForm(AccountForm):
    """Which project an upstream is asked for."""

    project = _project(InputRequired(REQUIRED))


class PruneForm(AccountForm):
    """Which files are to go."""

    days = IntegerField(
        _l("Not used for so many days"),
        [
            InputRequired(REQUIRED),
            NumberRange(0, LONGEST_DAYS, _l("This must be a number from 0 to 3650.")),
        ],
        default=90,
    )
    project = _project(Optional(), description=_l("Leave this empty for all projects."))
