"""How large files and projects of an index may be, unless a project has limits of its own."""

from app.accounts.actors import Actor
from app.accounts.permissions import demand_site_admin
from app.core.events import tell
from app.core.exceptions import Invalid
from app.core.i18n import _l
from app.core.runtime import setting
from app.indexes.events import IndexLimitsChanged
from app.indexes.models import Index
from app.indexes.services import describe

MAX_FILE, MAX_PROJECT = "max_file_mb", "max_project_mb"
MEGABYTE = 2**20
# A petabyte, in megabytes.
LARGEST = 2**30


class BadLimit(Invalid):
    """Nothing can be limited to that size."""

    code = "bad-limit"


def change_limits(
    actor: Actor, index: Index, *, max_file: int | None, max_project: int | None
) -> None:
    """Limit the size of files, and of each whole project, in MB; None is no limit of its own.

    Only who runs the site may, for it is their disk.
    """
    demand_site_admin(actor)
    demand_limits(max_file, max_project)
    facts = {MAX_FILE: max_file, MAX_PROJECT: max_project}
    kept = {key: value for key, value in index.settings.items() if key not in facts}
    # A new dictionary, because a change inside the old one is not noticed.
    index.settings = kept | {key: size for key, size in facts.items() if size is not None}
    tell(
        IndexLimitsChanged(
            **describe(actor, index), max_file_mb=max_file, max_project_mb=max_project
        )
    )


def demand_limits(max_file: int | None, max_project: int | None) -> None:
    """Raise `BadLimit` for what cannot be a limit."""
    cap = setting("MAX_UPLOAD_BYTES") // MEGABYTE
    if max_file is not None and not 1 <= max_file <= cap:
        raise BadLimit(_l("A file may have 1 to %(cap)s MB on this site.", cap=cap))
    if max_project is not None and not 1 <= max_project <= LARGEST:
        raise BadLimit(_l("A limit is a whole number of megabytes, from 1 on."))
