"""Promotions at once with each other, with undoing and with uploads, on each database."""

from functools import partial

from sqlalchemy import func, select

from app.accounts.actors import OPERATOR
from app.core.database import transaction
from app.core.exceptions import DomainError
from app.extensions import db
from app.indexes.queries import get_index
from app.projects.models import Dependency, File, Project, Release
from app.simple.inspection import find_faults
from app.uploads.exceptions import AlreadyUndone
from app.uploads.models import Promotion
from app.uploads.promotion import promote, undo_promotion
from tests.functional.threads import together
from tests.uploads.clients import publish_wheel


def stage(name="foo_bar", version="1.0", *, slug="staging"):
    publish_wheel(OPERATOR, name, version, slug=slug, requires_dist=["heat", "bread"])


def bring(name="foo_bar", version="1.0", source="staging", target="main"):
    with transaction():
        done = promote(OPERATOR, name, version, source=source, target=target)
        return None if done is None else done.id


def undo(number):
    with transaction():
        undo_promotion(OPERATOR, number)


def counts(slug):
    """Return how many projects, releases, files and dependencies an index has."""
    index_id = get_index(slug).id
    own = select(Release.id).join(Project).where(Project.index_id == index_id)
    parts = (
        select(func.count()).where(Project.index_id == index_id),
        select(func.count()).where(Release.id.in_(own)),
        select(func.count()).where(File.index_id == index_id),
        select(func.count()).where(Dependency.release_id.in_(own)),
    )
    return [db.session.scalar(part) for part in parts]


def test_the_same_promotion_at_once_is_made_once(real_app):
    stage()
    outcomes = together(real_app, *[bring] * 4)
    assert sorted(outcome is None for outcome in outcomes) == [False, True, True, True], outcomes
    assert counts("main") == [1, 1, 1, 2]
    assert db.session.scalar(select(func.count()).select_from(Promotion)) == 1
    db.session.remove()
    assert list(find_faults("main")) == []


def test_promotions_of_two_versions_at_once_make_one_project(real_app):
    for version in ("1.0", "2.0"):
        stage(version=version)
    outcomes = together(real_app, partial(bring, version="1.0"), partial(bring, version="2.0"))
    assert all(isinstance(outcome, int) for outcome in outcomes), outcomes
    assert counts("main") == [1, 2, 2, 4]


def test_promotions_to_and_fro_at_once_do_not_wait_in_a_circle(real_app):
    for number in range(5):
        name = f"foo{number}_bar"
        stage(name, "1.0", slug="staging")
        stage(name, "2.0", slug="main")
        outcomes = together(
            real_app,
            partial(bring, name, "1.0"),
            partial(bring, name, "2.0", "main", "staging"),
        )
        assert all(isinstance(outcome, int) for outcome in outcomes), outcomes


def test_a_promotion_and_an_upload_of_the_same_bytes_at_once_store_them_once(real_app):
    for number in range(5):
        name = f"foo{number}_bar"
        stage(name)
        outcomes = together(real_app, partial(bring, name), partial(stage, name, slug="main"))
        assert [each for each in outcomes if isinstance(each, Exception)] == [], outcomes
        assert counts("main") == [number + 1, number + 1, number + 1, 2 * (number + 1)]


def test_a_promotion_is_undone_at_once_by_one(real_app):
    stage()
    number = bring()
    outcomes = together(real_app, *[partial(undo, number)] * 3)
    refused = [isinstance(outcome, AlreadyUndone) for outcome in outcomes]
    assert sorted(refused) == [False, True, True], outcomes


def test_undoing_and_promoting_again_at_once_leave_a_sound_index(real_app):
    stage()
    for _ in range(5):
        number = bring()
        outcomes = together(real_app, partial(undo, number), bring, bring)
        failed = [each for each in outcomes if isinstance(each, Exception)]
        assert all(isinstance(each, DomainError) for each in failed), failed
        bring()
        is_there = select(File.removed_at).where(File.index_id == get_index("main").id)
        assert db.session.scalars(is_there).all() == [None]
        undo_all()
    db.session.remove()
    assert list(find_faults("main")) == []


def undo_all():
    open_ones = select(Promotion.id).where(Promotion.undone_at.is_(None))
    for number in list(db.session.scalars(open_ones)):
        undo(number)
