"""A chain with mirrors in it: whose a name is, and who is asked for it."""

import pytest
from sqlalchemy import update

from app.core import clock
from app.core.database import transaction
from app.core.exceptions import Unavailable
from app.extensions import db
from app.indexes.models import Index, IndexBase, NameClaim, ReservedPattern
from app.indexes.queries import MAIN, get_index
from app.indexes.services import open_index, void_pages
from app.projects.models import Project
from app.projects.names import normalise
from app.sources.registry import source_for
from tests.factories import make_file, make_project, make_release
from tests.upstreams import Status, UpstreamServer

PRIVATE = ("own-thing", "removed-thing", "claimed-thing", "acme-secret")


@pytest.fixture
def upstream():
    with UpstreamServer() as server:
        for name in (*PRIVATE, "public-thing"):
            server.add_wheel(name, "99.0")
        yield server


@pytest.fixture
def other():
    with UpstreamServer() as server:
        server.add_wheel("public-thing", "1.0")
        server.add_wheel("only-there", "1.0")
        yield server


@pytest.fixture
def settled(app, upstream, monkeypatch):
    """Give an application with an upstream and one name of each private kind."""
    monkeypatch.setitem(app.config, "UPSTREAMS", {"pypi": upstream.url})
    make_file(make_release(make_project("own-thing"), "1.0"))
    removed = make_project("removed-thing")
    with transaction():
        now = clock.now()
        main = get_index(MAIN)
        db.session.execute(update(Project).where(Project.id == removed.id).values(removed_at=now))
        db.session.add(NameClaim(index_id=main.id, normalized_name="claimed-thing", claimed_at=now))
        db.session.add(ReservedPattern(pattern="acme-*", reserved_at=now))
    return app


def chain(slug=MAIN):
    return source_for(get_index(slug))


@pytest.mark.parametrize("slug", ["main", "staging"])
@pytest.mark.parametrize("spelling", [str, str.upper, lambda name: name.replace("-", "._-")])
@pytest.mark.parametrize("name", PRIVATE)
def test_check_26_private_name_is_never_asked_of_the_upstream(
    settled, upstream, name, spelling, slug
):
    source = chain(slug)
    spelt = spelling(name)

    source.freshen(spelt)
    page = source.find_page(spelt)
    source.find_release(spelt)
    for file in page.files if page else ():
        source.find_file(file.address, file.filename)
    source.upstream_holds(spelt)
    list(source.names())

    assert upstream.log == []
    assert page is None or page.versions in {(), ("1.0",)}
    assert page is None or normalise(page.name) == name


@pytest.mark.parametrize("name", PRIVATE)
def test_private_name_is_not_asked_for_through_the_mirror_itself(settled, upstream, name):
    mirror = chain("pypi")
    assert (mirror.freshen(name), mirror.refresh(name)) == (name == "acme-secret",) * 2
    mirror.freshen_release(name)
    assert mirror.find_page(name) is None
    assert upstream.log == []


def test_public_name_is_asked_of_the_upstream(settled, upstream):
    assert chain("staging").freshen("public-thing") is True

    assert [seen.path for seen in upstream.log] == ["/simple/public-thing/"]
    assert chain().find_page("public-thing").versions == ("99.0",)
    assert chain().find_page("public-thing").index_slug == "pypi"


def test_name_that_becomes_ours_shows_nothing_of_the_upstream(settled, upstream):
    chain().freshen("public-thing")
    make_file(make_release(make_project("public-thing"), "1.0"))
    asked = len(upstream.log)

    chain().freshen("public-thing")

    assert chain().find_page("public-thing").versions == ("1.0",)
    assert len(upstream.log) == asked


@pytest.fixture
def two(settled, other, monkeypatch):
    """Give an application whose main index looks into a second mirror behind the first."""
    monkeypatch.setitem(
        settled.config, "UPSTREAMS", settled.config["UPSTREAMS"] | {"second": other.url}
    )
    with transaction():
        second = open_index("second", "Second", kind="mirror")
        main = db.session.get_one(Index, get_index(MAIN).id)
        db.session.add(IndexBase(index_id=main.id, base_id=second.id, position=9))
        void_pages(main)
    return settled


def test_first_upstream_that_has_a_project_owns_it(two, upstream, other):
    assert chain().freshen("public-thing") is True

    assert chain().find_page("public-thing").versions == ("99.0",)
    assert other.log == []


def test_second_upstream_is_asked_when_the_first_has_it_not(two, upstream, other):
    assert chain().freshen("only-there") is True

    assert chain().find_page("only-there").index_slug == "second"
    assert [seen.path for seen in upstream.log] == ["/simple/only-there/"]


def test_second_upstream_is_not_asked_when_the_first_cannot_tell(two, upstream, other):
    upstream.breaks(Status(500))

    with pytest.raises(Unavailable):
        chain().freshen("only-there")

    assert other.log == []


def test_mirror_that_is_off_is_passed_over(two, other, monkeypatch):
    monkeypatch.setitem(two.config, "UPSTREAMS", {"second": other.url})

    assert chain().freshen("public-thing") is True
    assert chain().find_page("public-thing").versions == ("1.0",)


def test_what_a_mirror_that_is_off_is_known_to_have_becomes_nobody_elses(two, other, monkeypatch):
    assert chain().freshen("public-thing") is True
    monkeypatch.setitem(two.config, "UPSTREAMS", {"second": other.url})

    assert chain().is_ours("public-thing")
    assert chain().freshen("public-thing") is True
    assert chain().find_page("public-thing") is None
    assert "public-thing" not in [normalized for _name, normalized in chain().names()]
    assert other.log == []
