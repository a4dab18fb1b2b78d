"""What is done about upstreams when nobody waits."""

from dataclasses import replace
from datetime import timedelta

from app.core.database import release_connection, transaction
from app.core.jobs import daily, job, regular
from app.indexes.queries import get_index
from app.mirror.changes import forget_absences
from app.mirror.details import find_facts
from app.mirror.eviction import MAKE_ROOM, make_room
from app.mirror.flights import forget_notes
from app.mirror.loading import list_loaded, load_names
from app.mirror.metadata import pack
from app.mirror.models import MirroredDetail
from app.mirror.pruning import Cut
from app.projects.descriptions import render

# What administrators ask for on pages.
LOAD_NAMES, PRUNE = "mirror-load-names", "mirror-prune"


@regular(MAKE_ROOM)
def keep_bound() -> None:
    """Keep the bytes of mirrored files within their bound."""
    make_room()


@regular("mirror-sweep-notes")
def sweep_notes() -> None:
    """Remove the notes of processes that died while they fetched a file."""
    forget_notes()


@daily("load-names")
def load_all_names() -> None:
    """Bring the names of those upstreams up to date whose names were loaded once."""
    for slug in list_loaded():
        load_names(get_index(slug))


@regular("mirror-forget-absences")
def forget_absent() -> None:
    """Remove what was noted of names that upstreams do not have."""
    with transaction():
        forget_absences()


@job(LOAD_NAMES)
def load_names_of(slug: str) -> None:
    """Load the names of an upstream because somebody asked for it."""
    load_names(get_index(slug))


@job(PRUNE)
def prune(index_id: int, project: str | None, unused_days: int) -> None:
    """Remove files of a mirror because somebody asked for it."""
    cut = Cut(index_id=index_id, project=project, unused=timedelta(days=unused_days))
    for _freed in cut.make():
        pass


@job("render-copy")
def render_copy(index_id: int, project: str, version: str) -> None:
    """Render the description of an upstream's release, however long it takes."""
    facts = find_facts(index_id, project, version)
    release_connection()
    html = render(facts.description, facts.description_content_type)
    with transaction() as session:
        row = session.get(MirroredDetail, (index_id, project, version))
        # Another description may have come meanwhile, and is rendered by itself.
        if row is not None and find_facts(index_id, project, version) == facts:
            row.document = pack(replace(facts, description_html=html))
