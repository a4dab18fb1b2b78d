"""What the forms of the back office share."""

from typing import Any

from wtforms import Field
from wtforms.validators import ValidationError

from app.core.i18n import _l
from app.web.forms import Form


class LookupForm(Form):
    """A form that only looks something up, and stands in the address of the page."""

    class Meta(Form.Meta):
        """Need no secret, for nothing is changed."""

        csrf = False


def plain_text(_form: object, field: Field) -> None:
    """Refuse what no database and no page can hold."""
    text: Any = field.data or ""
    # PostgreSQL has no NUL in its texts, and HTML has none either.
    if "\x00" in text:
        field.data = text.replace("\x00", "")
        raise ValidationError(_l("This holds a character that cannot be used."))
