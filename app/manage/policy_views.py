"""Where administrators of an index make its rules."""

from dataclasses import dataclass

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import login_required

from app.accounts.auth import session_actor
from app.core.database import transaction
from app.core.exceptions import DomainError
from app.core.i18n import _
from app.indexes.models import Index
from app.indexes.permissions import demand_administer, demand_read
from app.indexes.queries import get_index
from app.manage.policy_forms import RuleForm
from app.manage.views import bp
from app.policy import queries, services
from app.policy.models import PolicyRule
from app.policy.terms import DEFAULT_AGE
from app.web.errors import status_of
from app.web.forms import Form
from app.web.http import go
from app.web.paging import NumberedPage, cut_page

_LINES = 100


@dataclass(frozen=True, kw_only=True)
class RulesView:
    """Some rules of an index, and the form for another one."""

    index: Index
    rules: NumberedPage[PolicyRule]
    age_days: int | None
    default_days: int
    form: Form


@bp.get("/manage/index/<slug>/policy")
@login_required
def policy(slug: str) -> ResponseReturnValue:
    """Show the rules of an index."""
    return _show(_administered(slug), RuleForm(None, prefix="rule-"))


@bp.post("/manage/index/<slug>/policy")
@login_required
def make_rule(slug: str) -> ResponseReturnValue:
    """Make a rule."""
    index, form = _administered(slug), RuleForm(prefix="rule-")
    if not form.validate():
        return _show(index, form, 400)
    words = (form.kind.data, form.pattern.data, form.specifier.data, form.reason.data)
    try:
        with transaction():
            services.add_rule(
                get_index(slug), *(word or "" for word in words), actor=session_actor()
            )
    except DomainError as error:
        form.blame(error)
        return _show(_administered(slug), form, status_of(error))
    flash(_("The rule is made and holds from now on."), "success")
    return go("manage.policy", slug=slug)


# No database has a larger number, and asking for one is an error.
@bp.post("/manage/index/<slug>/policy/<int(max=2147483647):number>/remove")
@login_required
def remove_rule(slug: str, number: int) -> ResponseReturnValue:
    """Remove a rule."""
    _administered(slug)
    with transaction():
        services.remove_rule(get_index(slug), number, actor=session_actor())
    flash(_("The rule is removed."), "success")
    return go("manage.policy", slug=slug)


def _administered(slug: str) -> Index:
    """Return an index that the reader may change."""
    index, actor = get_index(slug), session_actor()
    demand_read(actor, index)
    demand_administer(actor, index)
    return index


def _show(index: Index, form: RuleForm, code: int = 200) -> ResponseReturnValue:
    number = request.args.get("page", 1, type=int)
    age = queries.minimum_age(index)
    page = RulesView(
        index=index,
        rules=cut_page(queries.list_rules(index), number, _LINES),
        age_days=None if age is None else age.days,
        default_days=DEFAULT_AGE.days,
        form=form,
    )
    return render_template("manage/policy.html", page=page), code
