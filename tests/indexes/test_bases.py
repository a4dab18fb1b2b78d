import pytest

from app.core.database import transaction
from app.extensions import db
from app.indexes.bases import MOST_INDEXES, change_bases
from app.indexes.exceptions import BadBases, NotAdministrator
from app.indexes.queries import get_index, list_bases, openness
from app.indexes.services import grant
from app.journal.models import Entry
from tests.factories import make_account, make_index
from tests.indexes.test_services import actor_of, administrator, generations


def bases_of(slug):
    return [base.slug for base in list_bases(get_index(slug).id)]


def test_bases_keep_their_order(app):
    make_index("team")
    for wanted in (["main", "staging"], ["staging", "main"], []):
        with transaction():
            change_bases(get_index("team"), wanted)
        assert bases_of("team") == wanted


def test_a_change_is_told_and_voids_the_pages_of_dependents(app):
    make_index("team")
    before = generations()
    with transaction():
        change_bases(get_index("main"), ["pypi", "team"])
    after = generations()
    assert {slug for slug in after if after[slug] > before[slug]} == {"main", "staging"}
    entry = db.session.query(Entry).order_by(Entry.id.desc()).first()
    assert (entry.tag, entry.details) == ("bases-changed", {"bases": ["pypi", "team"]})


def test_an_index_is_never_its_own_base(app):
    with pytest.raises(BadBases, match="own base"), transaction():
        change_bases(get_index(), ["main"])


def test_bases_never_go_round_in_a_circle(app):
    make_index("team", bases=["staging"])
    for base in ("staging", "team"):
        with pytest.raises(BadBases, match="circle"), transaction():
            change_bases(get_index("main"), ["pypi", base])
    assert bases_of("main") == ["pypi"]


def test_a_base_comes_once(app):
    with pytest.raises(BadBases, match="once"), transaction():
        change_bases(get_index("staging"), ["main", "main"])


def test_a_mirror_has_no_bases(app):
    with pytest.raises(BadBases, match="mirror"), transaction():
        change_bases(get_index("pypi"), ["main"])


def test_a_base_must_be_there(app):
    with pytest.raises(BadBases, match="no index named nothing"), transaction():
        change_bases(get_index(), ["nothing"])


def chain(count):
    make_index("c1")
    for number in range(2, count + 1):
        make_index(f"c{number}", bases=[f"c{number - 1}"])


def test_an_index_looks_into_at_most_ten(app):
    chain(MOST_INDEXES)
    make_index("top")
    with pytest.raises(BadBases, match="more than 10"), transaction():
        change_bases(get_index("top"), [f"c{MOST_INDEXES}"])


def test_the_bound_holds_for_those_above_too(app):
    chain(MOST_INDEXES)
    make_index("below")
    with pytest.raises(BadBases, match="c10 would look into more than 10"), transaction():
        change_bases(get_index("c1"), ["below"])


def test_a_base_must_be_readable_by_who_adds_it(app):
    make_index("secret", visibility="members")
    make_index("team")
    actor = administrator("team")
    with pytest.raises(BadBases) as hidden, transaction():
        change_bases(get_index("team"), ["secret"], actor=actor)
    with pytest.raises(BadBases) as missing, transaction():
        change_bases(get_index("team"), ["nothing"], actor=actor)
    # Nobody learns which of the two it was.
    assert str(hidden.value).replace("secret", "nothing") == str(missing.value)


def test_a_member_of_the_base_may_add_it(app):
    make_index("secret", visibility="members")
    make_index("team")
    actor = administrator("team")
    grant(get_index("secret").id, actor.account_id, "read")
    db.session.commit()
    with transaction():
        change_bases(get_index("team"), ["secret"], actor=actor)
    assert openness(get_index("team")) == "members"


def test_who_does_not_administer_changes_no_bases(app):
    with pytest.raises(NotAdministrator), transaction():
        change_bases(get_index(), [], actor=actor_of(make_account()))
