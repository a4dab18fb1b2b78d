"""What follows a change of the catalogue."""

from app.core.database import release_connection, transaction
from app.core.jobs import daily, job
from app.extensions import db
from app.projects.descriptions import render
from app.projects.models import Release
from app.projects.services import keep_html
from app.projects.trash import free_due
from app.projects.trashed import due_before, list_due

_BATCH = 100


@daily("empty-trash")
def empty_trash() -> None:
    """Give up the bytes of all that was in the trash for long enough."""
    before = due_before()
    while before is not None and (due := list_due(before, _BATCH)):
        for project_id in due:
            with transaction():
                free_due(project_id)


@job("render-description")
def render_description(release_id: int) -> None:
    """Render a release's description, so that pages need not."""
    release = db.session.get(Release, release_id)
    if release is None:
        return
    text, content_type = release.description, release.description_content_type
    release_connection()
    html = render(text, content_type)
    with transaction():
        keep_html(release_id, text, html)
