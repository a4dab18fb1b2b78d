"""The journal, searched by administrators."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue
from wtforms import DateField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from app.accounts.queries import find_by_username
from app.admin.entry_pages import EntryLine, slice_lines
from app.admin.fields import LookupForm, plain_text
from app.admin.slices import Slice, as_number
from app.admin.views import bp
from app.core.i18n import _l
from app.journal.queries import Search
from app.journal.tags import list_tags
from app.projects.names import normalise

_LONGEST = 200
_plain = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class JournalForm(LookupForm):
    """What is looked for in the journal."""

    account = StringField(_l("Account"), [Length(max=_LONGEST), plain_text], render_kw=_plain)
    project = StringField(_l("Project"), [Length(max=_LONGEST), plain_text], render_kw=_plain)
    index = StringField(_l("Index"), [Length(max=_LONGEST), plain_text], render_kw=_plain)
    tag = SelectField(_l("Kind"), default="")
    since = DateField(_l("From"), [Optional()])
    until = DateField(_l("Until"), [Optional()])


@dataclass(frozen=True, kw_only=True)
class JournalView:
    """A slice of the journal, and what it was asked for."""

    form: LookupForm
    entries: Slice[EntryLine]
    asked: dict[str, str]


@bp.get("/journal/")
def journal() -> ResponseReturnValue:
    """Show what happened, the newest first."""
    form = JournalForm(request.args)
    form.tag.choices = [
        SelectChoice("", _l("All")),
        *(SelectChoice(tag, tag) for tag in list_tags()),
    ]
    is_good = form.validate()
    before = as_number(request.args.get("before", ""))
    page = JournalView(
        form=form,
        entries=slice_lines(_search(form), before) if is_good else Slice(()),
        asked={name: value for name, value in request.args.items() if name in form and value},
    )
    return render_template("admin/journal.html", page=page), 200 if is_good else 400


def _search(form: JournalForm) -> Search:
    username = (form.account.data or "").strip()
    account = find_by_username(username) if username else None
    until = form.until.data
    # The calendar has an end, and nobody's journal reaches it.
    is_bound = until is not None and until < date.max
    return Search(
        # In the spelling in which the journal writes it.
        account=username if account is None else account.username,
        project=normalise((form.project.data or "").strip()),
        index_slug=(form.index.data or "").strip(),
        tag=form.tag.data or "",
        since=_begin(form.since.data),
        until=_begin(until + timedelta(days=1)) if is_bound else None,
    )


def _begin(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)
