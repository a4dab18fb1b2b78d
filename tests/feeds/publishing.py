"""Projects for feeds and maps: our own, and those of an upstream."""

from datetime import UTC, datetime, timedelta

from app.core.database import transaction
from app.indexes.queries import get_index
from app.projects.queries import find_project
from app.search.facts import Facts
from app.search.services import list_project
from tests.factories import make_file, make_project, make_release, relist_one

# The indexes were made long before, whenever the tests run.
NOON = datetime(2091, 5, 1, 12, tzinfo=UTC)


def publish(name="weftline", version="1.0", *, index=None, owner=None, hours=0, **facts):
    """Publish a release so many hours after noon."""
    index = index or get_index()
    project = find_project(index.id, name) or make_project(name, index=index, owner=owner)
    release = make_release(project, version, published_at=NOON + timedelta(hours=hours), **facts)
    make_file(release)
    relist_one(project)
    return release


def mirror(far, name, version="1.0", *, hours=0):
    """Let an upstream have a project of which somebody has looked at a release."""
    far.put(name)
    far.freshen(name)
    at = NOON + timedelta(hours=hours)
    facts = Facts(name=name, version=version, summary="Far", created_at=at, updated_at=at)
    with transaction():
        list_project(get_index("pypi").id, facts)
