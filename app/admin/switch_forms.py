"""The forms of what is switched off for the whole site, and of messages on all pages."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from wtforms import DateTimeLocalField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from app.accounts.forms import AccountForm
from app.admin.exceptions import BadReason
from app.admin.fields import plain_text
from app.admin.switches import LONGEST_REASON, LONGEST_TEXT, LONGEST_URL, Message
from app.core.i18n import LANGUAGES, _l
from app.core.sitestate import INFO, WARNING, Banner, Texts

_too_long = _l("A message has 1 to 500 characters, in at least one language.")
_bad_link = _l("A link begins with https:// or http://, or with / on this site.")
_MOMENT = "%Y-%m-%dT%H:%M"


class SpokenForm(AccountForm):
    """A form with a text in each language of the site."""

    @property
    def texts(self) -> Texts:
        """Return what was written, by language."""
        return {locale: self[f"text_{locale}"].data or "" for locale in LANGUAGES}


class FlagForm(SpokenForm):
    """Why something is switched off."""


class BannerForm(SpokenForm):
    """What all pages say, and when."""

    level = SelectField(
        _l("Kind"),
        choices=[SelectChoice(INFO, _l("Information")), SelectChoice(WARNING, _l("Warning"))],
    )
    url = StringField(
        _l("Link to more"),
        [Length(max=LONGEST_URL, message=_bad_link), plain_text],
        description=_l("You may leave it empty."),
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    starts_at = DateTimeLocalField(
        _l("From"), [Optional()], format=_MOMENT, description=_l("In UTC. Empty: at once.")
    )
    ends_at = DateTimeLocalField(
        _l("Until"),
        [Optional()],
        format=_MOMENT,
        description=_l("In UTC. Empty: until somebody takes it down."),
    )

    @property
    def message(self) -> Message:
        """Return what was written."""
        return Message(
            level=self.level.data,
            texts=self.texts,
            url=self.url.data or "",
            starts_at=_aware(self.starts_at.data),
            ends_at=_aware(self.ends_at.data),
        )


def _add_texts(form: type[SpokenForm], label: Any, longest: int, message: Any) -> None:
    for locale, language in LANGUAGES.items():
        field = StringField(
            label(language),
            [Length(max=longest, message=message), plain_text],
            render_kw={"autocomplete": "off", "lang": locale},
        )
        setattr(form, f"text_{locale}", field)


_add_texts(
    FlagForm,
    lambda language: _l("Reason (%(language)s)", language=language),
    LONGEST_REASON,
    BadReason.message,
)
_add_texts(
    BannerForm,
    lambda language: _l("Text (%(language)s)", language=language),
    LONGEST_TEXT,
    _too_long,
)


def text_values(texts: Mapping[str, str]) -> dict[str, str]:
    """Return texts as the fields of a form are filled with them."""
    return {f"text_{locale}": text for locale, text in texts.items()}


def banner_values(banner: Banner) -> dict[str, Any]:
    """Return a banner as the fields of its form are filled with it."""
    facts = {name: getattr(banner, name) for name in ("level", "url", "starts_at", "ends_at")}
    return facts | text_values(banner.texts)


def _aware(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)
