"""Browsing an index behind which there is a mirror."""

from app.core import clock
from app.core.database import transaction
from app.extensions import db
from app.indexes.models import NameClaim
from app.indexes.queries import get_index
from app.search.facts import Facts
from app.search.services import list_project
from tests.site.test_browse_views import labels, names, publish


def copy(name, **facts):
    """List a project as one of the upstream."""
    facts = {"version": "1.0", "created_at": clock.now(), "updated_at": clock.now()} | facts
    with transaction():
        list_project(get_index("pypi").id, Facts(name=name, **facts))


def test_what_a_mirror_knows_is_listed_beside_our_own(reader):
    publish("ours", license="MIT")
    copy("theirs", license="MIT")
    assert sorted(names(reader.get("/browse/licenses/MIT/"))) == ["ours", "theirs"]
    assert "MIT 2" in labels(reader.get("/browse/licenses/"))
    assert set(names(reader.get("/browse/releases/"))) == {"ours", "theirs"}


def test_a_name_of_ours_counts_once(reader):
    publish("ours", license="MIT")
    copy("ours", license="MIT")
    copy("shadowed", license="Shadow")
    db.session.add(
        NameClaim(index_id=get_index().id, normalized_name="shadowed", claimed_at=clock.now())
    )
    db.session.commit()
    assert names(reader.get("/browse/licenses/MIT/")) == ["ours"]
    assert labels(reader.get("/browse/licenses/")) == ["MIT 1"]
