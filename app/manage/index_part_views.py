"""Where administrators choose what belongs to an index: bases, rights and claims."""

from functools import partial

from flask import flash
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from app.accounts.auth import session_actor
from app.accounts.queries import get_account
from app.core.database import after_commit, transaction
from app.core.exceptions import DomainError
from app.core.i18n import _
from app.indexes import services
from app.indexes.bases import change_bases
from app.indexes.models import Index
from app.indexes.permissions import list_readable
from app.indexes.queries import get_index, list_bases
from app.manage.index_forms import ClaimForm, RightForm
from app.manage.index_pages import base_form
from app.manage.index_views import administered, change
from app.manage.views import bp
from app.projects import claims
from app.sources.registry import source_for
from app.web.http import go


@bp.post("/manage/index/<slug>/bases")
@login_required
def add_base(slug: str) -> ResponseReturnValue:
    """Let an index look into another one too, after all others."""
    actor = session_actor()
    form = base_form(administered(slug), list_readable(actor))

    def deed(index: Index) -> None:
        before = [base.slug for base in list_bases(index.id)]
        change_bases(index, [*before, form.base.data], actor=actor)

    return change(slug, "bases", form, deed, _("The base is added."))


@bp.post("/manage/index/<slug>/bases/<base>/<any(up, down, remove):step>")
@login_required
def move_base(slug: str, base: str, step: str) -> ResponseReturnValue:
    """Let an index look into a base earlier, later, or not any more."""
    administered(slug)
    try:
        with transaction():
            index = get_index(slug)
            before = [each.slug for each in list_bases(index.id)]
            change_bases(index, _moved(before, base, step), actor=session_actor())
    except DomainError as error:
        flash(str(error), "error")
    else:
        flash(_("The bases are changed."), "success")
    return go("manage.index", slug=slug, _anchor="bases")


@bp.post("/manage/index/<slug>/rights")
@login_required
def grant_right(slug: str) -> ResponseReturnValue:
    """Give somebody a right in an index, or another one."""
    administered(slug)
    form, actor = RightForm(prefix="rights-"), session_actor()

    def deed(index: Index) -> None:
        account = get_account(form.username.data)
        services.grant_right(index, account, form.right.data, actor=actor)

    message = _("%(username)s has the right now.", username=form.username.data or "")
    return change(slug, "rights", form, deed, message)


@bp.post("/manage/index/<slug>/rights/<username>/take")
@login_required
def take_right(slug: str, username: str) -> ResponseReturnValue:
    """Take somebody's right in an index; the reader may give up their own."""
    administered(slug)
    try:
        with transaction():
            services.take_right(get_index(slug), get_account(username), actor=session_actor())
    except DomainError as error:
        flash(str(error), "error")
        return go("manage.index", slug=slug, _anchor="rights")
    flash(_("%(username)s has no right in the index any more.", username=username), "success")
    if username.lower() == current_user.username.lower() and not current_user.is_admin:
        return go("manage.indexes")
    return go("manage.index", slug=slug, _anchor="rights")


@bp.post("/manage/index/<slug>/claims")
@login_required
def claim_name(slug: str) -> ResponseReturnValue:
    """Make a name an index's own."""
    is_known = source_for(administered(slug)).upstream_holds
    form, actor = ClaimForm(prefix="claims-"), session_actor()

    def deed(index: Index) -> None:
        name = claims.claim_name(actor, index, form.name.data, form.reason.data or "")
        if is_known(name):
            text = _("An upstream has %(name)s too. That is out of sight now.", name=name)
            after_commit(partial(flash, text, "warning"))

    return change(slug, "claims", form, deed, _("The name is claimed."))


@bp.post("/manage/index/<slug>/claims/<name>/release")
@login_required
def release_claim(slug: str, name: str) -> ResponseReturnValue:
    """Take a claim back."""
    administered(slug)
    try:
        with transaction():
            claims.release_claim(session_actor(), get_index(slug), name)
    except DomainError as error:
        flash(str(error), "error")
    else:
        flash(_("The claim is taken back."), "success")
    return go("manage.index", slug=slug, _anchor="claims")


def _moved(slugs: list[str], slug: str, step: str) -> list[str]:
    """Return slugs with one of them moved up or down by a place, or removed."""
    if slug not in slugs:
        return slugs
    place = slugs.index(slug)
    others = [*slugs[:place], *slugs[place + 1 :]]
    if step == "remove":
        return others
    target = max(place - 1, 0) if step == "up" else place + 1
    return [*others[:target], slug, *others[target:]]
