"""Where who runs the site reserves names."""

from flask import flash, render_template
from flask.typing import ResponseReturnValue
from flask_login import login_required

from app.accounts.auth import session_actor
from app.core.database import transaction
from app.core.exceptions import DomainError
from app.core.i18n import _
from app.indexes import reservations
from app.indexes.permissions import demand_site_admin
from app.indexes.queries import list_reserved
from app.manage.index_forms import PatternForm
from app.manage.index_viewmodels import PatternLine, ReservedView
from app.manage.views import bp
from app.web.errors import status_of
from app.web.http import go


@bp.get("/manage/reserved/")
@login_required
def reserved() -> ResponseReturnValue:
    """Show the patterns of names that no upstream is asked for."""
    demand_site_admin(session_actor())
    return _show(PatternForm(None))


@bp.post("/manage/reserved/")
@login_required
def reserve() -> ResponseReturnValue:
    """Reserve another pattern."""
    demand_site_admin(session_actor())
    form = PatternForm()
    if not form.validate():
        return _show(form, code=400)
    try:
        with transaction():
            pattern = reservations.reserve(
                form.pattern.data, form.reason.data or "", actor=session_actor()
            )
    except DomainError as error:
        form.blame(error)
        return _show(form, code=status_of(error))
    flash(_("%(pattern)s is reserved.", pattern=pattern), "success")
    return go("manage.reserved")


@bp.post("/manage/reserved/<pattern>/free")
@login_required
def free_pattern(pattern: str) -> ResponseReturnValue:
    """Let upstreams be asked again for what a pattern covers."""
    demand_site_admin(session_actor())
    with transaction():
        reservations.free(pattern, actor=session_actor())
    flash(_("%(pattern)s is not reserved any more.", pattern=pattern), "success")
    return go("manage.reserved")


def _show(form: PatternForm, *, code: int = 200) -> ResponseReturnValue:
    page = ReservedView(patterns=tuple(map(PatternLine.of, list_reserved())), form=form)
    return render_template("manage/reserved.html", page=page), code
