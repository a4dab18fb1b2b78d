"""All indexes in one place, and how large what is in them may be."""

from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from app.accounts.auth import session_actor
from app.accounts.forms import AccountForm
from app.admin.answers import attempt, told
from app.admin.project_forms import LimitsForm
from app.admin.views import bp
from app.core.i18n import _
from app.extensions import db
from app.indexes import limits
from app.indexes.models import IndexGrant, NameClaim
from app.indexes.queries import get_index, list_indexes
from app.mirror.models import MirroredProject
from app.projects.models import IndexTotal


@dataclass(frozen=True, kw_only=True)
class IndexLine:
    """An index with what is in it; limits are in MB, and None is none of its own."""

    slug: str
    title: str
    kind: str
    visibility: str
    projects: int
    members: int
    claims: int
    max_file: int | None
    max_project: int | None


@bp.get("/indexes/")
def indexes() -> ResponseReturnValue:
    """Show all indexes, and the ways to where each is managed."""
    return render_template("admin/indexes.html", indexes=_list_lines())


@bp.get("/index/<slug>/limits")
def index_limits(slug: str) -> ResponseReturnValue:
    """Show how large files and projects of an index may be."""
    settings = get_index(slug).settings
    sizes = {
        "max_file": settings.get(limits.MAX_FILE),
        "max_project": settings.get(limits.MAX_PROJECT),
    }
    return _show(slug, LimitsForm(None, data=sizes), 200)


@bp.post("/index/<slug>/limits")
def change_index_limits(slug: str) -> ResponseReturnValue:
    """Limit how large files and projects of an index may be."""
    form, actor = LimitsForm(), session_actor()
    get_index(slug)

    def deed() -> None:
        sizes = {"max_file": form.max_file.data, "max_project": form.max_project.data}
        limits.change_limits(actor, get_index(slug), **sizes)

    return attempt(
        form,
        deed,
        show=lambda code: _show(slug, form, code),
        finish=lambda: told(_("The limits are changed."), "admin.indexes"),
    )


def _show(slug: str, form: AccountForm, code: int) -> ResponseReturnValue:
    index = get_index(slug)
    return render_template("admin/index_limits.html", index=index, form=form), code


def _list_lines() -> list[IndexLine]:
    copied = _count(MirroredProject.index_id, MirroredProject.body_sha256.is_not(None))
    own = select(IndexTotal.index_id, IndexTotal.projects)
    projects = copied | {row.index_id: row.projects for row in db.session.execute(own)}
    members, claims = _count(IndexGrant.index_id), _count(NameClaim.index_id)
    return [
        IndexLine(
            slug=index.slug,
            title=index.title,
            kind=index.kind,
            visibility=index.visibility,
            projects=projects.get(index.id, 0),
            members=members.get(index.id, 0),
            claims=claims.get(index.id, 0),
            max_file=index.settings.get(limits.MAX_FILE),
            max_project=index.settings.get(limits.MAX_PROJECT),
        )
        for index in list_indexes()
    ]


def _count(column: InstrumentedAttribute[int], *conditions: ColumnElement[bool]) -> dict[int, int]:
    wanted = select(column, func.count()).where(*conditions).group_by(column)
    return {row[0]: row[1] for row in db.session.execute(wanted)}
