"""The root of all forms: the browser's rules and the server's are the same ones."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from typing_extensions import override
from wtforms import EmailField, Field
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length, Regexp


class Form(FlaskForm):
    """A form whose validators are written into the HTML too.

    WTForms renders `required`, `minlength`, `maxlength` and `pattern` itself;
    here the messages follow as `data-…-message`, which `forms.js` shows in
    place of the browser's own.
    """

    class Meta(FlaskForm.Meta):
        """Render every field with the messages of its rules."""

        def render_field(self, field: Field, render_kw: dict[str, Any]) -> Any:
            """Render a field with its messages and what assistive technology needs."""
            kwargs = {**_messages(field), **_described_by(field), **render_kw}
            return super().render_field(field, kwargs)

    @override
    def validate(self, extra_validators: Any = None) -> bool:
        is_good: bool = super().validate(extra_validators)
        self.point_out()
        return is_good

    def point_out(self) -> None:
        """Let the page open at the first field that is to be corrected."""
        wrong = next((field for field in self if field.errors), None)
        if wrong is not None:
            wrong.render_kw = {**(wrong.render_kw or {}), "autofocus": True}


def _messages(field: Field) -> dict[str, str]:
    found: dict[str, str] = {}
    if isinstance(field, EmailField):
        # The browser judges addresses by itself, before any pattern.
        found["data-type-message"] = str(NO_ADDRESS)
    for rule in field.validators:
        message = getattr(rule, "message", None)
        if message is None:
            continue
        for kind, name in _RULES:
            if isinstance(rule, kind):
                found[f"data-{name}-message"] = str(message)
        if isinstance(rule, EqualTo):
            found["data-equal-to"] = rule.fieldname
    return found


def _described_by(field: Field) -> dict[str, str]:
    ids = [f"{field.id}-help"] if field.description else []
    if field.errors:
        ids.append(f"{field.id}-errors")
    described = {"aria-describedby": " ".join(ids)} if ids else {}
    return {**described, **({"aria-invalid": "true"} if field.errors else {})}


REQUIRED = _l("Please fill in this field.")
NO_ADDRESS = _l("This is not an e-mail address.")

_RULES: tuple[tuple[type, str], ...] = (
    (InputRequired, "required"),
    (DataRequired, "required"),
    (Length, "length"),
    (Regexp, "pattern"),
    (EqualTo, "equal"),
)
