"""What follows a change of the catalogue."""

from app.core.database import release_connection, transaction
from app.core.jobs import job
from app.extensions import db
from app.projects.descriptions import render
from app.projects.models import Release
from app.projects.services import count_change


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
        release = db.session.get_one(Release, release_id)
        # Another upload may have begun the release anew in the meantime.
        if release.description == text:
            release.description_html = html
            count_change(release.project)
