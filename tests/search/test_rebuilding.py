import pytest
from sqlalchemy import delete, func, select, text, update

from app.core.database import transaction
from app.core.jobs import sweep as do_jobs
from app.core.models import Job
from app.extensions import db
from app.indexes.queries import get_index
from app.indexes.services import remove_index
from app.search.jobs import REBUILD
from app.search.models import LabelCount, Listing
from app.search.rebuilding import rebuild, sweep
from app.search.services import forget_all
from tests.factories import make_index, make_project, make_release, relist_all


def counts():
    wanted = select(LabelCount.label_id, LabelCount.index_id, LabelCount.count)
    return sorted(tuple(row) for row in db.session.execute(wanted) if row.count)


def rows_of_words():
    return db.session.scalar(text("SELECT count(*) FROM listing_words"))


def lose_words():
    with transaction() as session:
        session.execute(text("DELETE FROM listing_words"))


@pytest.fixture
def filled(listed, known):
    """Let there be own projects and those of an upstream."""
    known("far-thing")
    listed("read-thing", "was read", license="MIT", keywords=("odd",))
    make_release(make_project("own-thing"), description="marmalade", license_expression="BSD")
    relist_all()


def test_all_is_found_again_after_the_words_were_lost(filled, found):
    names, before = set(found("thing")), counts()
    assert names == {"far-thing", "read-thing", "own-thing"}
    lose_words()
    assert found("marmalade") == found("odd") == []
    rebuilt = rebuild()
    assert set(found("thing")) == names
    assert found("marmalade") == ["own-thing"]
    assert found("odd") == ["read-thing"]
    assert counts() == before
    assert (rebuilt.listed, rebuilt.forgotten) == (3, 0)


def test_projects_that_nobody_listed_are_found_and_counts_are_right_again(filled, found):
    before = counts()
    with transaction() as session:
        session.execute(update(LabelCount).values(count=LabelCount.count + 7))
        session.execute(delete(Listing).where(Listing.normalized_name == "own-thing"))
    rebuild()
    assert "own-thing" in found("thing")
    assert sorted(row[2] for row in counts()) == sorted(row[2] for row in before)


def test_what_is_gone_is_swept(filled, found):
    with transaction() as session:
        session.execute(delete(Listing).where(Listing.normalized_name == "far-thing"))
    assert set(found("thing")) == {"read-thing", "own-thing"}
    rebuild()
    assert rows_of_words() == 2
    assert sweep() == 0


def test_a_rebuilding_that_was_ended_is_done_again(filled, found):
    lose_words()

    def give_up(steps, label):
        if label == "Labels":
            raise KeyboardInterrupt
        return steps

    with pytest.raises(KeyboardInterrupt):
        rebuild(give_up)
    rebuild()
    assert set(found("thing")) == {"far-thing", "read-thing", "own-thing"}


def test_what_changes_meanwhile_is_not_lost(filled, listed, found):
    def change(steps, label):
        if label == "Labels":
            listed("late-thing", "came late")
        return steps

    rebuild(change)
    assert "late-thing" in found("thing")


def test_a_step_is_short(filled, monkeypatch):
    steps = []

    def follow(parts, label):
        steps.append((label, len(parts)))
        return parts

    rebuild(follow)
    assert [label for label, _count in steps] == [
        "Own projects",
        "Copies of upstreams",
        "Words of upstreams' projects",
        "Labels",
    ]


def test_the_command_tells_how_many_there_are(filled, house):
    result = house.test_cli_runner().invoke(args=["search", "rebuild"])
    assert result.exit_code == 0, result.output
    assert result.output == "3 projects can be found; 0 are gone.\n"


def test_an_upgrade_promises_a_job_that_does_it(filled, found):
    lose_words()
    with transaction() as session:
        session.add(Job(name=REBUILD, payload={}, due_at=func.now(), created_at=func.now()))
    do_jobs()
    assert len(found("thing")) == 3


def test_words_go_with_what_was_forgotten(filled):
    with transaction():
        forget_all(get_index("pypi").id)
    do_jobs()
    assert rows_of_words() == 1


def test_words_go_with_their_index(mirror):
    make_index("team")
    make_release(make_project("team-thing", index=get_index("team")))
    relist_all()
    assert rows_of_words() == 1
    with transaction():
        remove_index(get_index("team"), "team", with_projects=True)
    do_jobs()
    assert rows_of_words() == 0
