"""The forms with which administrators manage indexes."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, Regexp

from app.accounts.forms import AccountForm
from app.indexes import patterns, slugs, upstreams
from app.indexes.exceptions import BadAge, BadPattern, BadSlug, BadTitle, BadUpstream
from app.indexes.services import LONGEST_TITLE
from app.projects.exceptions import BadProjectName
from app.projects.names import LONGEST as LONGEST_NAME
from app.web.forms import REQUIRED

_REASON_LONGEST = 500
_plain = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
_trimmed = [lambda text: text and text.strip()]
_required = InputRequired(REQUIRED)
_ADDRESS = r"https?://\S+"
_NAME = r"[A-Za-z0-9]([A-Za-z0-9._\-]*[A-Za-z0-9])?"

VISIBILITIES = [
    SelectChoice("public", _l("Everyone")),
    SelectChoice("signed-in", _l("Accounts with a confirmed address")),
    SelectChoice("members", _l("Members: who has a right in it")),
]
KINDS = [
    SelectChoice("hosted", _l("Hosted: takes uploads")),
    SelectChoice("mirror", _l("Mirror: copies an upstream")),
]
RIGHTS = [
    SelectChoice("read", _l("Reader: installs from it")),
    SelectChoice("upload", _l("Uploader: brings new projects too")),
    SelectChoice("admin", _l("Administrator: changes the index too")),
]


def _title() -> StringField:
    return StringField(
        _l("Title"),
        [
            _required,
            Length(max=LONGEST_TITLE, message=BadTitle.message),
            Regexp(r"[^\x00-\x1f\x7f]+$", message=BadTitle.message, html_pattern=".+"),
        ],
        render_kw={"autocomplete": "off"},
    )


def _visibility() -> SelectField:
    return SelectField(
        _l("Who may read it"),
        choices=VISIBILITIES,
        description=_l("Who reads it must be let in by its bases too."),
    )


def _reason() -> StringField:
    too_long = _l("A reason has at most 500 characters.")
    strange = _l("This holds a character that cannot be used.")
    return StringField(
        _l("Reason"),
        [
            Length(max=_REASON_LONGEST, message=too_long),
            # PostgreSQL has no NUL in its texts.
            Regexp(r"[^\x00]*$", message=strange, html_pattern=".*"),
        ],
        description=_l("For those who wonder later. You may leave it empty."),
        render_kw={"autocomplete": "off"},
    )


class IndexForm(AccountForm):
    """What a new index is."""

    slug = StringField(
        _l("Slug"),
        [
            _required,
            Length(max=slugs.LONGEST, message=BadSlug.message),
            Regexp(f"{slugs.PATTERN}$", message=BadSlug.message, html_pattern=slugs.PATTERN),
        ],
        description=_l("Its name in addresses. It cannot be changed."),
        render_kw=_plain,
        filters=_trimmed,
    )
    title = _title()
    kind = SelectField(_l("Kind"), choices=KINDS)
    visibility = _visibility()


class SettingsForm(AccountForm):
    """What can be set of every index."""

    title = _title()
    visibility = _visibility()
    minimum_age_days = StringField(
        _l("Minimum age of files from upstreams, in days"),
        [Optional(), Regexp(r"[0-9]{1,4}$", message=BadAge.message, html_pattern="[0-9]{1,4}")],
        description=_l("Leave it empty to take what its bases say, and 7 days in the end."),
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
        filters=_trimmed,
    )
    only_allowed = BooleanField(
        _l("Show only what a rule allows"),
        description=_l("Of upstreams; what is published here is always shown."),
    )

    @property
    def age(self) -> int | None:
        """Return the minimum age, or None if it is left to the bases."""
        given = self.minimum_age_days.data
        return int(given) if given else None


class HostedSettingsForm(SettingsForm):
    """What can be set of an index that takes uploads."""

    local_versions = BooleanField(_l("Take local versions, such as 1.0+cu12"))
    linux_wheels = BooleanField(_l("Take wheels for plain Linux, such as linux_x86_64"))
    direct_dependencies = BooleanField(_l("Take dependencies on an address"))
    deletion = BooleanField(
        _l("Let owners delete files, releases and projects"),
        description=_l("A file is never overwritten, whatever stands here."),
    )


class BaseForm(AccountForm):
    """Which index is looked into too; the choices are set by who shows it."""

    base = SelectField(_l("Index"), choices=())


class UpstreamForm(AccountForm):
    """What a mirror copies."""

    upstream_url = StringField(
        _l("Address of a simple index"),
        [
            Optional(),
            Length(max=upstreams.LONGEST - 1, message=BadUpstream.message),
            Regexp(f"{_ADDRESS}$", message=BadUpstream.message, html_pattern=_ADDRESS),
        ],
        description=_l("Without a login. Leave it empty to switch the mirror off."),
        render_kw={"inputmode": "url", **_plain},
        filters=_trimmed,
    )


class RightForm(AccountForm):
    """Who gets a right, and which."""

    username = StringField(
        _l("Username"),
        [_required, Regexp(r"[^\x00]+$", message=REQUIRED, html_pattern=".+")],
        render_kw=_plain,
        filters=_trimmed,
    )
    right = SelectField(_l("Right"), choices=RIGHTS)


class ClaimForm(AccountForm):
    """Which name an index is to own, and why."""

    name = StringField(
        _l("Name of the project"),
        [
            _required,
            Length(max=LONGEST_NAME, message=BadProjectName.message),
            Regexp(f"{_NAME}$", message=BadProjectName.message, html_pattern=_NAME),
        ],
        render_kw=_plain,
        filters=_trimmed,
    )
    reason = _reason()


class PatternForm(AccountForm):
    """Which names no upstream is asked for, and why."""

    pattern = StringField(
        _l("Pattern"),
        [
            _required,
            Length(max=patterns.LONGEST, message=BadPattern.message),
            Regexp(f"{patterns.SHAPE}$", message=BadPattern.message, html_pattern=patterns.SHAPE),
        ],
        description=_l("A name in which stars stand for anything, as in acme-*."),
        render_kw=_plain,
        filters=_trimmed,
    )
    reason = _reason()


class RemovalForm(AccountForm):
    """The slug of what is to be removed, typed by hand."""

    confirmation = StringField(_l("Type its slug to confirm"), [_required], render_kw=_plain)
    with_projects = BooleanField(_l("Remove the projects in it too"))


def settings_of(kind: str) -> type[SettingsForm]:
    """Return the form with what can be set of an index of a kind."""
    return HostedSettingsForm if kind == "hosted" else SettingsForm
