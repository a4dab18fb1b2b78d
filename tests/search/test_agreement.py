"""All that lists projects lists the same ones: those that installers see, by their owners."""

import random
from contextlib import suppress

import pytest
from sqlalchemy import update

from app.accounts.actors import OPERATOR
from app.core import clock
from app.core.database import transaction
from app.core.exceptions import DomainError
from app.core.remembering import REMEMBERED
from app.extensions import db
from app.feeds.news import list_new_projects
from app.indexes.models import Index
from app.indexes.queries import get_index
from app.indexes.reservations import reserve
from app.policy.services import add_rule
from app.projects.claims import claim_name
from app.projects.models import Project
from app.search.browsing import CREATED, NAME, find_label, list_projects
from app.search.dependents import list_dependents
from app.search.facts import LICENSE, Facts
from app.search.finding import find
from app.search.scopes import Scope
from app.search.services import list_project
from app.search.suggesting import suggest
from app.search.turning import Place
from app.search.wishes import Wish
from app.site.popular import list_top
from app.sources.registry import source_for
from tests.factories import make_file, make_index, make_project, make_release, relist_all

NAMES = [f"name{number}" for number in range(14)]
HOSTED = ("view", "team", "main")
ALL = 50


def publish(chance, slug, name):
    """Make a project that may be in quarantine, or removed."""
    project = make_project(name, index=get_index(slug))
    release = make_release(project, summary="thing", license_expression="MIT")
    make_file(release, content=f"{slug} {name}".encode())
    project, state = db.session.get_one(Project, project.id), chance.random()
    project.status = "quarantined" if state < 0.2 else "active"
    project.removed_at = clock.now() if state > 0.8 else None
    db.session.commit()


def copy(name):
    times = {"created_at": clock.now(), "updated_at": clock.now()}
    needs = {"requires_dist": ("alpha>=1",), "license": "MIT"}
    with transaction():
        facts = Facts(name=name, version="1", summary="thing", **needs, **times)
        list_project(get_index("pypi").id, facts)


def claim(slug, name):
    with suppress(DomainError), transaction():
        claim_name(OPERATOR, get_index(slug), name)


@pytest.fixture(params=range(3))
def filled(request, house, mirror):
    """Give a house with projects, copies, claims, reservations and rules that meet at random."""
    chance = random.Random(request.param)
    house.extensions[REMEMBERED].clear()
    make_index("team", visibility="members")
    make_index("view", bases=["team", "main"])
    for name in NAMES:
        for slug in HOSTED:
            if chance.random() < 0.3:
                publish(chance, slug, name)
    relist_all()
    for name in NAMES:
        if chance.random() < 0.7:
            copy(name)
        if chance.random() < 0.2:
            claim(chance.choice(HOSTED), name)
    with transaction():
        reserve("name1*")
        add_rule(get_index("view"), "block", "name5")
        add_rule(get_index("team"), "block", "name6")
    return house


def listings(index, scope):
    """Yield the lines of everything that lists all projects, by what it is."""
    label = find_label(scope, LICENSE, "MIT")
    yield "words", find(index, Wish(text="thing")).lines
    yield "all", find(index, Wish()).lines
    yield "label", find(index, Wish(labels=frozenset({(LICENSE, "MIT")}))).lines
    yield "names", list_projects(scope, NAME, Place()).lines
    yield "newest", list_projects(scope, CREATED, Place()).lines
    yield "licence", list_projects(scope, NAME, Place(), label=label).lines if label else ()
    yield "popular", [placed.line for placed in list_top(index, ALL)]
    yield "typed", [line for name in NAMES for line in find(index, Wish(text=name)).lines]


def names_of(lines):
    return {line.normalized_name for line in lines}


def demand_agreement(slug):
    index = get_index(slug)
    scope, source = Scope.of(index), source_for(index)
    listed = source.listed(NAMES)
    assert {name for _, name in source.names()} == listed
    for kind, lines in listings(index, scope):
        assert (slug, kind, names_of(lines)) == (slug, kind, listed)
        owners = {line.normalized_name: source.find_owner(line.normalized_name) for line in lines}
        assert {line.normalized_name: line.index_slug for line in lines} == owners
    assert find(index, Wish(text="thing")).total == len(listed)
    assert names_of(suggest(index, "name", ALL)) == listed
    assert names_of(list_new_projects(index, ALL)) <= listed
    assert names_of(list_dependents(scope, "alpha", ALL).lines) <= listed


@pytest.mark.parametrize("slug", [*HOSTED, "staging", "pypi"])
def test_everything_lists_what_installers_see(filled, slug):
    with filled.test_request_context():
        demand_agreement(slug)


@pytest.mark.parametrize("slug", [*HOSTED, "pypi"])
def test_everything_lists_what_installers_see_of_a_mirror_that_is_off(filled, slug):
    db.session.execute(update(Index).where(Index.slug == "pypi").values(upstream_url=None))
    db.session.commit()
    filled.extensions[REMEMBERED].clear()
    with filled.test_request_context():
        demand_agreement(slug)
