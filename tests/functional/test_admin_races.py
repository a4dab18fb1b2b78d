"""Two administrators, or two uploads, at once: what must hold however they meet."""

import pytest
from sqlalchemy import func, select

from app.accounts import administration
from app.accounts.actors import OPERATOR, Actor
from app.accounts.models import Account
from app.admin import switches
from app.admin.switches import MOST_BANNERS, Message
from app.core.database import transaction
from app.core.sitestate import site_state
from app.extensions import db
from app.indexes.queries import get_index
from app.projects import limits
from app.projects.queries import find_project
from tests.factories import make_account
from tests.functional.threads import together
from tests.uploads.clients import publish_wheel

LIMIT = 2**20


def deed(work, *values):
    def run():
        with transaction():
            return work(*values)

    return run


def actor_of(account):
    return Actor(account.id, account.username, is_admin=True)


@pytest.mark.parametrize(
    "work",
    [
        administration.unmake_administrator,
        lambda actor, number: administration.freeze(actor, number, "x"),
    ],
    ids=["unmake", "freeze"],
)
def test_administrators_who_end_each_other_at_once_leave_one(real_app, work):
    every = [make_account(f"boss{number}", is_admin=True) for number in range(4)]
    deeds = [
        deed(work, actor_of(one), other.id)
        for one, other in zip(every, [*every[1:], every[0]], strict=True)
    ]
    together(real_app, *deeds)
    left = select(func.count()).where(Account.is_admin, Account.is_active)
    assert db.session.scalar(left) >= 1


def test_uploads_at_once_do_not_pass_the_limit_of_a_project_together(real_app):
    publish_wheel(OPERATOR, version="0.1")
    with transaction():
        project = find_project(get_index().id, "foo-bar")
        limits.change_limits(OPERATOR, project.id, max_file=None, max_project=1)
        project.releases[0].files[0].size = LIMIT - 3_000
    deeds = [
        lambda version=version: publish_wheel(OPERATOR, version=version)
        for version in ("1.0", "2.0", "3.0", "4.0", "5.0", "6.0")
    ]
    outcomes = together(real_app, *deeds)
    codes = {getattr(outcome, "code", "published") for outcome in outcomes}
    assert codes == {"published", "project-too-large"}
    assert limits.measure(find_project(get_index().id, "foo-bar").id) <= LIMIT


def test_messages_put_up_at_once_are_all_kept_up_to_the_most(real_app):
    message = Message(level="info", texts={"en": "x"})
    together(real_app, *[deed(switches.put_up, OPERATOR, message)] * (MOST_BANNERS + 2))
    banners = site_state().banners
    assert len({banner.id for banner in banners}) == len(banners) == MOST_BANNERS
