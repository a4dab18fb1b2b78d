"""Where releases are brought from one index to another, and taken back."""

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import login_required

from app.accounts.actors import Actor
from app.accounts.auth import session_actor
from app.core.database import transaction
from app.core.exceptions import Conflict
from app.core.i18n import _
from app.indexes.models import Index
from app.indexes.queries import get_index
from app.manage.forms import PromoteForm
from app.manage.viewmodels import PromoteView, PromotionLine, PromotionsView
from app.manage.views import bp, list_staged
from app.projects.models import Release
from app.uploads import promotion as services
from app.uploads.exceptions import PromotionRefused
from app.uploads.models import Promotion
from app.uploads.plans import Plan, find_promotable, list_targets, make_plan
from app.uploads.queries import list_promotions
from app.web.errors import status_of
from app.web.http import go


@bp.get("/manage/promotions/")
@login_required
def promotions() -> ResponseReturnValue:
    """Show what the reader may promote, and what was promoted."""
    actor = session_actor()
    found = list_promotions(account_id=None if actor.is_admin else actor.account_id)
    page = PromotionsView(
        staged=list_staged(actor),
        promotions=tuple(_line(actor, promotion) for promotion in found),
    )
    return render_template("manage/promotions.html", page=page)


# No database has a larger number, and asking for one is an error.
@bp.post("/manage/promotions/<int(max=2147483647):number>/undo")
@login_required
def undo_promotion(number: int) -> ResponseReturnValue:
    """Take a promotion back."""
    try:
        with transaction():
            services.undo_promotion(session_actor(), number)
    except Conflict as error:
        flash(str(error), "error")
    else:
        flash(_("The promotion is undone."), "success")
    return go("manage.promotions")


@bp.get("/manage/promote/<source>/<project>/<version>/")
@login_required
def promote(source: str, project: str, version: str) -> ResponseReturnValue:
    """Show what bringing a release to another index would do."""
    index = get_index(source)
    release = find_promotable(session_actor(), index, project, version)
    return _show(index, release, PromoteForm(None))


@bp.post("/manage/promote/<source>/<project>/<version>/to/<target>")
@login_required
def promote_to(source: str, project: str, version: str, target: str) -> ResponseReturnValue:
    """Bring a release to another index."""
    actor, index, form = session_actor(), get_index(source), PromoteForm()
    release = find_promotable(actor, index, project, version)
    if not form.validate():
        return _show(index, release, form, target=target, code=400)
    reason = form.reason.data or ""
    try:
        with transaction():
            done = services.promote(
                actor, project, version, source=source, target=target, reason=reason
            )
    except PromotionRefused as error:
        release = find_promotable(actor, index, project, version)
        return _show(index, release, form, target=target, code=status_of(error))
    if done is None:
        flash(_("All of it is in the index %(target)s already.", target=target), "info")
    else:
        flash(_("The release is in the index %(target)s now.", target=target), "success")
    return go("manage.promotions")


def _show(
    source: Index, release: Release, form: PromoteForm, *, target: str = "", code: int = 200
) -> ResponseReturnValue:
    actor = session_actor()
    targets = [index.slug for index in list_targets(actor, source)]
    chosen = target or request.args.get("to") or next(iter(targets), None)
    plan = Plan() if chosen is None else make_plan(actor, source, get_index(chosen), release)
    page = PromoteView(
        name=release.project.name,
        normalized_name=release.project.normalized_name,
        version=release.version,
        source=source.slug,
        target=chosen,
        targets=tuple(targets),
        plan=plan,
        form=form,
    )
    return render_template("manage/promote.html", page=page), code


def _line(actor: Actor, promotion: Promotion) -> PromotionLine:
    return PromotionLine(
        id=promotion.id,
        project=promotion.project,
        version=promotion.version,
        source=promotion.source_slug,
        target=promotion.target_slug,
        actor=promotion.actor,
        reason=promotion.reason,
        promoted_at=promotion.promoted_at,
        undone_at=promotion.undone_at,
        consequences=services.foresee_undo(actor, promotion),
    )
