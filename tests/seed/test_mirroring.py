"""`flask seed --real` against a real upstream."""

import pytest
from sqlalchemy import func, select

from app.extensions import db
from app.mirror.models import MirroredDetail, MirroredFile, MirroredProject
from app.search.popular import list_popular
from tests.upstreams import Status


@pytest.fixture
def seed(house, mirror, upstream):
    """Give the command, with an upstream that has the three most popular projects."""
    for name in list_popular()[:3]:
        upstream.add_wheel(name, "1.0")
        upstream.add_wheel(name, "2.0")
        upstream.add_sdist(name, "2.0")

    def run(*args):
        db.session.rollback()
        return house.test_cli_runner().invoke(args=["seed", *args])

    return run


def count(kind):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(kind))


def test_the_list_has_hundreds_of_names_and_each_once():
    names = list_popular()
    assert len(set(names)) == len(names) >= 400
    assert {"requests", "numpy", "flask"} <= set(names)


def test_popular_projects_come_with_what_people_read_of_them(seed, upstream):
    done = seed("--real", "3")
    assert done.exit_code == 0, done.output
    assert "3 of 3 projects are here; 0 files fetched" in done.output
    assert (count(MirroredProject), count(MirroredDetail), count(MirroredFile)) == (3, 3, 0)
    assert {seen.path.split("/")[2] for seen in upstream.asked("/simple/*/")} == {
        *list_popular()[:3]
    }


def test_with_files_the_newest_wheels_come_too(seed):
    done = seed("--real", "2", "--files")
    assert done.exit_code == 0, done.output
    db.session.rollback()
    names = set(db.session.scalars(select(MirroredFile.filename)))
    assert names == {f"{name}-2.0-py3-none-any.whl" for name in list_popular()[:2]}


def test_seeding_again_fetches_nothing_again(seed, upstream):
    seed("--real", "3", "--files")
    before = len(upstream.log)
    done = seed("--real", "3", "--files")
    assert "3 of 3 projects are here; 0 files fetched" in done.output
    assert len(upstream.log) == before


def test_what_could_not_be_had_is_told_and_the_rest_comes(seed, upstream):
    lacking = list_popular()[1]
    upstream.breaks(Status(404), path=f"/simple/{lacking}/")
    done = seed("--real", "3")
    assert done.exit_code == 1
    assert f"{lacking}: There is no project of this name here." in done.output
    assert "2 of 3 projects are here" in done.output


def test_without_an_upstream_it_says_what_to_set(app):
    done = app.test_cli_runner().invoke(args=["seed", "--real", "3"])
    assert done.exit_code == 1
    assert "Set UPSTREAM_URL to public" in done.output


def test_files_go_with_real_projects_only(app):
    assert app.test_cli_runner().invoke(args=["seed", "--files"]).exit_code == 2
