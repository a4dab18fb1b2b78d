"""The forms with which administrators decide about accounts."""

from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from app.accounts.forms import AccountForm
from app.accounts.listing import ADMINISTRATORS, FROZEN, LONGEST_TERM, UNCONFIRMED
from app.admin.fields import LookupForm, plain_text
from app.core.i18n import _l
from app.web.forms import REQUIRED

_REASON_LONGEST = 500


class FindAccountsForm(LookupForm):
    """Whose account is looked for."""

    q = StringField(
        _l("Username, name or e-mail address"),
        [Length(max=LONGEST_TERM)],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    which = SelectField(
        _l("Which"),
        default="",
        choices=[
            SelectChoice("", _l("All")),
            SelectChoice(ADMINISTRATORS, _l("Administrators")),
            SelectChoice(FROZEN, _l("Frozen")),
            SelectChoice(UNCONFIRMED, _l("Address not confirmed")),
        ],
    )


class FreezeForm(AccountForm):
    """Why an account is frozen."""

    reason = StringField(
        _l("Reason"),
        [
            InputRequired(REQUIRED),
            Length(max=_REASON_LONGEST, message=_l("A reason has at most 500 characters.")),
            plain_text,
        ],
        description=_l("Administrators read it here and in the journal."),
        render_kw={"autocomplete": "off"},
    )
