"""The form with which administrators make rules."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, Regexp

from app.accounts.forms import AccountForm
from app.policy.exceptions import BadPattern, BadReason, BadSpecifier
from app.policy.rules import ALLOW, BLOCK, EXEMPT
from app.policy.services import LONGEST_REASON, LONGEST_SPECIFIER
from app.projects.names import LONGEST
from app.web.forms import REQUIRED

_PATTERN = r"[A-Za-z0-9*]([A-Za-z0-9*._\-]*[A-Za-z0-9*])?"
_CLAUSE = r"\s*(===|==|~=|!=|<=|>=|<|>)?\s*[A-Za-z0-9.*+!_\-]+\s*"
_SPECIFIER = f"{_CLAUSE}(,{_CLAUSE})*"
_plain = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
_trimmed = [lambda text: text and text.strip()]


class RuleForm(AccountForm):
    """What a new rule does, and to what."""

    kind = SelectField(
        _l("Rule"),
        choices=[
            SelectChoice(BLOCK, _l("Block: is not served")),
            SelectChoice(ALLOW, _l("Allow: is served, whatever the bases block")),
            SelectChoice(EXEMPT, _l("Exempt: may be young, or have changed")),
        ],
    )
    pattern = StringField(
        _l("Project"),
        [
            InputRequired(REQUIRED),
            Length(max=LONGEST, message=BadPattern.message),
            Regexp(f"{_PATTERN}$", message=BadPattern.message, html_pattern=_PATTERN),
        ],
        description=_l("A name, or one with a * in it that stands for anything."),
        render_kw=_plain,
        filters=_trimmed,
    )
    specifier = StringField(
        _l("Versions"),
        [
            Optional(),
            Length(max=LONGEST_SPECIFIER, message=BadSpecifier.message),
            Regexp(f"{_SPECIFIER}$", message=BadSpecifier.message, html_pattern=_SPECIFIER),
        ],
        description=_l("1.2.3, or a range such as >=1.0,!=1.3. Leave it empty for all versions."),
        render_kw=_plain,
        filters=_trimmed,
    )
    reason = StringField(
        _l("Reason"),
        [
            Length(max=LONGEST_REASON, message=BadReason.message),
            Regexp(r"[^\x00-\x1f\x7f]*$", message=BadReason.message, html_pattern=".*"),
        ],
        description=_l("Whoever is refused reads it. You may leave it empty."),
        render_kw={"autocomplete": "off"},
    )
