"""Bringing documents in line with what was just published.

Pages do not need it: what is behind they read from the database. It makes MongoDB answer
for them a moment later, and not only when `follow` comes round.
"""

import logging
from functools import partial

from sqlalchemy import RowMapping, select

from app.core.database import after_commit, before_commit
from app.core.exceptions import Unavailable
from app.extensions import db
from app.indexes.models import Index
from app.mongo.asking import is_long, reach
from app.mongo.copying import Tally, refresh
from app.projects.models import Project

_log = logging.getLogger(__name__)


def promise_copy(slug: str, normalized_name: str) -> None:
    """Copy a project when its change is committed, unless that takes long."""
    step = partial(_copy, slug, normalized_name)
    # Once for a project, whatever happened to it.
    before_commit(("documents", slug, normalized_name), partial(after_commit, step))


def _copy(slug: str, normalized_name: str) -> None:
    try:
        project = _find_project(slug, normalized_name)
        # What is long `follow` copies.
        if project is not None and not is_long(project):
            reach(partial(refresh, [project["id"]], Tally()))
    except Unavailable:
        _log.warning("documents are behind", extra={"project": normalized_name})
    except Exception:
        # The change stands, whatever becomes of its copy.
        _log.exception("documents were not brought in line", extra={"project": normalized_name})


def _find_project(slug: str, normalized_name: str) -> RowMapping | None:
    wanted = (
        select(Project.id, Project.file_count)
        .join(Index, Index.id == Project.index_id)
        .where(Index.slug == slug, Project.normalized_name == normalized_name)
    )
    return db.session.execute(wanted).mappings().one_or_none()
