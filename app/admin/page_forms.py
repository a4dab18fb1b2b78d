"""The forms with which administrators write pages."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Regexp
from wtforms.widgets import HiddenInput

from app.accounts.forms import AccountForm
from app.core.i18n import LANGUAGES
from app.pages.exceptions import BadLabel, BadPageTitle, BadPath, BadTarget
from app.pages.menus import LONGEST_LABEL
from app.pages.paths import LONGEST as LONGEST_PATH
from app.pages.redirects import LONGEST_TARGET
from app.pages.texts import (
    LONGEST_BODY,
    LONGEST_DESCRIPTION,
    LONGEST_NOTE,
    LONGEST_TITLE,
    PageText,
)
from app.web.forms import REQUIRED

PREVIEW, SAVE, PUBLISH = "preview", "save", "publish"

_plain = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
_required = InputRequired(REQUIRED)
_WITHOUT_NUL = Regexp(
    r"[^\x00]*\Z", message=_l("This holds a character that cannot be used."), html_pattern=".*"
)


def _path() -> StringField:
    return StringField(
        _l("Path"),
        [_required, Length(max=LONGEST_PATH, message=BadPath.message)],
        description=_l("Such as /company/history. What the application answers itself wins."),
        render_kw=_plain,
    )


class TextForm(AccountForm):
    """The text of a page in one language; `base` is the version with which its writer began."""

    title = StringField(
        _l("Title"),
        [_required, Length(max=LONGEST_TITLE, message=BadPageTitle.message)],
        render_kw={"autocomplete": "off"},
    )
    description = StringField(
        _l("Description"),
        [Length(max=LONGEST_DESCRIPTION, message=_l("A description has at most 300 characters."))],
        description=_l("For search engines and previews of links. You may leave it empty."),
        render_kw={"autocomplete": "off"},
    )
    body = TextAreaField(
        _l("Text"),
        [
            Length(max=LONGEST_BODY, message=_l("A text has at most 50,000 characters.")),
            _WITHOUT_NUL,
        ],
        description=_l("Markdown, as in descriptions of projects."),
        render_kw={"rows": 24, "data-preview-source": True},
    )
    note = StringField(
        _l("What you changed"),
        [Length(max=LONGEST_NOTE, message=_l("A note has at most 300 characters."))],
        description=_l("For the history of the page. You may leave it empty."),
        render_kw={"autocomplete": "off"},
    )
    base = IntegerField(widget=HiddenInput(), default=0)

    @property
    def text(self) -> PageText:
        """Return the text as it was written."""
        return PageText(
            title=self.title.data or "",
            description=self.description.data or "",
            body=self.body.data or "",
        )


class NewPageForm(AccountForm):
    """Where a new page is to be, and in which language it begins."""

    path = _path()
    locale = SelectField(
        _l("Language"), choices=[SelectChoice(code, name) for code, name in LANGUAGES.items()]
    )


class PlaceForm(AccountForm):
    """Where a page is, and whether the map of the site tells of it."""

    path = _path()
    is_listed = BooleanField(_l("Tell search engines of it, in the map of the site"))
    leaves_redirect = BooleanField(_l("Let the path of before lead here"), default=True)


class RemovePageForm(AccountForm):
    """The path of a page that is to go, typed by hand."""

    confirmation = StringField(_l("Type its path to confirm"), [_required], render_kw=_plain)


class RedirectForm(AccountForm):
    """A path and where it leads."""

    path = StringField(
        _l("From"),
        [_required, Length(max=LONGEST_PATH, message=BadPath.message)],
        description=_l("A path of this site at which there is nothing."),
        render_kw=_plain,
    )
    target = StringField(
        _l("To"),
        [_required, Length(max=LONGEST_TARGET, message=BadTarget.message)],
        description=_l("A path of this site, or an address that begins with https://."),
        render_kw=_plain,
    )
    is_permanent = BooleanField(_l("For good: search engines forget the old address"), default=True)


def _label(code: str, language: str) -> StringField:
    return StringField(
        _l("Label (%(language)s)", language=language),
        [Length(max=LONGEST_LABEL, message=BadLabel.message)],
        render_kw={"autocomplete": "off", "lang": code},
    )


class LinkForm(AccountForm):
    """A link of a menu; it has a field for its words in every language of the site."""

    place = SelectField(
        _l("Menu"),
        choices=[SelectChoice("header", _l("Header")), SelectChoice("footer", _l("Footer"))],
    )
    target = StringField(
        _l("Leads to"),
        [_required, Length(max=LONGEST_TARGET, message=BadTarget.message)],
        description=_l("A path of this site, or an address that begins with https://."),
        render_kw=_plain,
    )

    @property
    def labels(self) -> dict[str, str]:
        """Return the words of the link by language."""
        return {code: self[f"label_{code}"].data or "" for code in LANGUAGES}


for _code, _language in LANGUAGES.items():
    setattr(LinkForm, f"label_{_code}", _label(_code, _language))


class ImageForm(AccountForm):
    """A picture for pages."""

    image = FileField(
        _l("Picture"),
        [FileRequired(REQUIRED)],
        description=_l("PNG, JPEG, WebP or GIF, at most 4 MB and 24 million pixels."),
        render_kw={"accept": "image/png,image/jpeg,image/webp,image/gif"},
    )
    name = StringField(
        _l("Name"),
        [Length(max=100, message=_l("A name has at most 100 characters."))],
        description=_l("It stands in the address. Leave it empty to take that of the file."),
        render_kw=_plain,
    )
