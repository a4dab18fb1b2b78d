"""Where administrators say which words mean the same to those who search."""

from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from app.accounts.auth import session_actor
from app.accounts.forms import AccountForm
from app.admin.answers import attempt, told
from app.admin.fields import plain_text
from app.admin.views import bp
from app.core.database import transaction
from app.core.i18n import _, _l
from app.search.exceptions import BadSynonyms, SynonymsNotFound
from app.search.synonyms import (
    LONGEST_TEXT,
    MOST_GROUPS,
    SynonymGroup,
    add_synonyms,
    change_synonyms,
    list_synonyms,
    remove_synonyms,
)
from app.web.forms import REQUIRED


class SynonymsForm(AccountForm):
    """Words that mean the same."""

    words = StringField(
        _l("Words that mean the same"),
        [
            InputRequired(REQUIRED),
            Length(max=LONGEST_TEXT, message=BadSynonyms.message),
            plain_text,
        ],
        description=_l("With commas between them, as in: postgres, postgresql, pg"),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )


@dataclass(frozen=True, kw_only=True)
class SynonymsView:
    """All groups of words, with the form of a further one."""

    groups: tuple[SynonymGroup, ...]
    form: AccountForm
    most: int = MOST_GROUPS


@bp.get("/synonyms/")
def synonyms() -> ResponseReturnValue:
    """Show which words mean the same."""
    return _show(SynonymsForm(None), 200)


@bp.post("/synonyms/")
def add_group() -> ResponseReturnValue:
    """Let further words mean the same."""
    form, actor = SynonymsForm(), session_actor()
    return attempt(
        form,
        lambda: add_synonyms(actor, form.words.data),
        show=lambda code: _show(form, code),
        finish=lambda: told(_("Searches know these words now."), "admin.synonyms"),
    )


@bp.get("/synonyms/<int(max=2147483647):number>/")
def synonym_group(number: int) -> ResponseReturnValue:
    """Show a group of words, to be changed."""
    words = ", ".join(_find(number).words)
    return _show_group(number, SynonymsForm(None, data={"words": words}), 200)


@bp.post("/synonyms/<int(max=2147483647):number>/")
def change_group(number: int) -> ResponseReturnValue:
    """Let a group consist of other words."""
    form, actor = SynonymsForm(), session_actor()
    return attempt(
        form,
        lambda: change_synonyms(actor, number, form.words.data),
        show=lambda code: _show_group(number, form, code),
        finish=lambda: told(_("Searches know these words now."), "admin.synonyms"),
    )


@bp.post("/synonyms/<int(max=2147483647):number>/remove")
def remove_group(number: int) -> ResponseReturnValue:
    """Let the words of a group mean no longer the same."""
    with transaction():
        remove_synonyms(session_actor(), number)
    return told(_("The group is removed."), "admin.synonyms")


def _find(number: int) -> SynonymGroup:
    for group in list_synonyms():
        if group.id == number:
            return group
    raise SynonymsNotFound


def _show(form: AccountForm, code: int) -> ResponseReturnValue:
    page = SynonymsView(groups=tuple(list_synonyms()), form=form)
    return render_template("admin/synonyms.html", page=page), code


def _show_group(number: int, form: AccountForm, code: int) -> ResponseReturnValue:
    _find(number)
    return render_template("admin/synonym_group.html", number=number, form=form), code
