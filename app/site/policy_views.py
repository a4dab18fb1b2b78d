"""Pages that tell why something is not served, and what a refusal means."""

from dataclasses import dataclass, replace

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from app.accounts.auth import session_actor
from app.core.exceptions import NotFound
from app.core.i18n import _l, force_locale
from app.indexes.models import Index
from app.indexes.permissions import demand_read, list_readable
from app.indexes.queries import MAIN, get_index
from app.policy.explaining import Explanation, explain
from app.policy.telling import list_sentences
from app.projects.exceptions import BadProjectName
from app.projects.names import LONGEST, normalise
from app.site.refusals import INSTALLING, PUBLISHING, REFUSALS, SWITCHED_OFF, Help
from app.site.views import bp


@dataclass(frozen=True, kw_only=True)
class ExplainView:
    """A question about a name and the answer, if something was asked and can be answered."""

    index: Index
    indexes: tuple[Index, ...]
    name: str
    version: str
    told: Explanation | None = None
    sentences: tuple[str, ...] = ()
    error: str = ""

    @property
    def normalized_name(self) -> str:
        """Return the name as addresses have it."""
        return normalise(self.name)


@bp.get("/policy/explain")
def explain_name() -> ResponseReturnValue:
    """Show why a project, or one of its versions, is or is not served."""
    name, version = (_asked(key) for key in ("name", "version"))
    index, actor = get_index(request.args.get("index", MAIN)), session_actor()
    demand_read(actor, index, normalise(name) or None)
    page = ExplainView(index=index, indexes=tuple(list_readable(actor)), name=name, version=version)
    if not name:
        return _show(page)
    try:
        told = explain(index, name, version or None)
    except BadProjectName as error:
        return _show(replace(page, error=str(error)), 400)
    return _show(replace(page, told=told, sentences=tuple(list_sentences(told))))


@bp.get("/help/refused/")
def refusals() -> ResponseReturnValue:
    """List what can be refused."""
    return render_template(
        "site/refusals.html",
        installing=INSTALLING,
        publishing=PUBLISHING,
        switched_off=SWITCHED_OFF,
    )


@bp.get("/help/refused/<code>")
def refusal(code: str) -> ResponseReturnValue:
    """Tell what a refusal means: people on a page, programs in English."""
    help = REFUSALS.get(code)
    if help is None:
        raise NotFound(_l("There is no refusal of this name."))
    if "text/html" not in request.accept_mimetypes.values():
        with force_locale("en"):
            return _as_text(code, help)
    return render_template("site/refusal.html", code=code, help=help)


def _asked(key: str) -> str:
    return request.args.get(key, "").strip()[:LONGEST]


def _show(page: ExplainView, status: int = 200) -> ResponseReturnValue:
    return render_template("site/explain.html", page=page), status


def _as_text(code: str, help: Help) -> Response:
    lines = (f"{code}: {help.title}", str(help.meaning), str(help.advice))
    response = Response("\n\n".join(lines) + "\n", mimetype="text/plain")
    response.vary.add("Accept")
    return response
