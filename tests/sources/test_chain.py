"""The chain, with hosted indexes in the place of upstreams: all sources do the same."""

import pytest

from app.accounts.actors import OPERATOR
from app.core import clock
from app.core.database import transaction
from app.extensions import db
from app.indexes.queries import get_index
from app.indexes.reservations import reserve
from app.projects.claims import claim_name
from app.sources.chain import Chain
from app.sources.local import LocalSource
from app.sources.registry import source_for
from tests.factories import make_index, make_project


@pytest.fixture
def chain(app):
    """Give the main index and another hosted one before an upstream."""
    base, upstream = make_index("base"), make_index("upstream")
    for index, names in (
        (get_index(), ["Own", "shared"]),
        (base, ["based", "shared", "twice"]),
        (upstream, ["acme-x", "claimed", "far", "removed", "twice"]),
    ):
        for name in names:
            make_project(name, index=index)
    make_project("removed").removed_at = clock.now()
    db.session.commit()
    with transaction():
        claim_name(OPERATOR, get_index(), "claimed")
        reserve("acme-*")
    hosted = [LocalSource(get_index()), LocalSource(get_index("base"))]
    mirrors = [LocalSource(get_index("upstream"))]
    return Chain(hosted, mirrors, slugs=("main", "base", "upstream"))


def test_every_name_is_shown_with_its_owner(chain):
    assert list(chain.origins()) == [
        ("based", "based", "base"),
        ("far", "far", "upstream"),
        ("Own", "own", "main"),
        ("shared", "shared", "main"),
        ("twice", "twice", "base"),
    ]


def test_names_are_those_of_the_origins(chain):
    assert list(chain.names()) == [(name, normalized) for name, normalized, _ in chain.origins()]


def test_an_upstream_alone_lists_no_reserved_name_either(chain):
    alone = Chain(
        [],
        [LocalSource(get_index("upstream"))],
        reservations=lambda: lambda name: name.startswith("acme-"),
    )
    names = [normalized for _name, normalized in alone.names()]
    assert names == ["claimed", "far", "removed", "twice"]
    assert set(names) == alone.listed({*names, "acme-x"})


def test_what_was_removed_here_is_not_listed_from_a_base(chain):
    make_project("removed", index=get_index("base"))
    assert "removed" not in [normalized for _name, normalized in chain.names()]


def test_origins_begin_and_end_where_they_should(chain):
    assert [name for _, name, _ in chain.origins("far", "shared")] == ["far", "own"]


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("OWN", "main"),
        ("shared", "main"),
        ("twice", "base"),
        ("far", "upstream"),
        ("claimed", "main"),
        ("removed", "main"),
        ("acme-x", None),
        ("nothing", None),
    ],
)
def test_the_owner_of_a_name_is_found(chain, name, owner):
    assert chain.find_owner(name) == owner


def test_a_chain_knows_of_which_indexes_its_sources_are(app):
    make_project("foo")
    assert list(source_for(get_index("staging")).origins()) == [("foo", "foo", "main")]
