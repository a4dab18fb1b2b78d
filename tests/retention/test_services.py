"""Rules are set, and what they do not keep goes to the trash."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.actors import Actor
from app.core import clock
from app.core.database import transaction
from app.core.exceptions import Forbidden
from app.extensions import db
from app.indexes.queries import get_index
from app.journal.models import Entry
from app.projects.models import Dependency, Project, Release
from app.projects.trashed import list_removed
from app.retention import services
from app.retention.exceptions import BadRetention
from app.retention.jobs import apply_retention
from app.retention.rules import Rule
from app.stats.models import DownloadDay, DownloadMonth
from tests.factories import (
    make_account,
    make_file,
    make_index,
    make_project,
    make_release,
    relist_all,
)

OLD = timedelta(days=200)


@pytest.fixture
def run(app):
    return lambda *words: app.test_cli_runner().invoke(args=["retention", *words])


@pytest.fixture
def project(app):
    """Give the number of a project with four old releases."""
    return make_versions("demo", ["1.0", "2.0", "3.0", "4.0"])


def make_versions(name, versions, index=None):
    project = make_project(name, index=index)
    for version in versions:
        at = clock.now() - OLD
        release = make_release(project, version, published_at=at)
        make_file(release, content=f"{name} {version}".encode(), uploaded_at=at)
    number = project.id
    relist_all()
    return number


def versions():
    wanted = select(Release.version).where(Release.removed_at.is_(None)).order_by(Release.version)
    return list(db.session.scalars(wanted))


def test_what_is_not_kept_goes_to_the_trash(run, project):
    assert run("set", "*", "--keep", "2").output == (
        "*: keep the 2 newest; keep what is younger than 30 days\n"
    )
    dry = run("run", "--dry-run").output
    assert "main demo 2.0: goes, 1 files, 0.0 MB\n" in dry
    assert "2 releases with 2 files would go to the trash" in dry
    assert len(versions()) == 4
    assert "2 releases with 2 files went to the trash" in run("run").output
    assert versions() == ["3.0", "4.0"]
    assert {removed.version for removed in list_removed(limit=9)} == {"1.0", "2.0"}
    entries = list(db.session.scalars(select(Entry).order_by(Entry.id)))
    assert [entry.tag for entry in entries[-3:]] == ["release-deleted"] * 2 + ["releases-retired"]
    assert db.session.get(Project, project).release_count == 2
    assert "0 releases" in run("run").output


def test_the_daily_job_waits_to_be_switched_on(run, project):
    run("set", "demo", "--keep", "1")
    apply_retention()
    assert len(versions()) == 4
    run("on")
    assert "The daily job is on.\nmain: demo: keep the 1 newest" in run("show").output
    apply_retention()
    assert versions() == ["4.0"]
    run("off")
    assert "off" in run("show").output


def test_each_release_is_told_why_it_stays(run, project):
    run("set", "*", "--keep", "1", "--downloaded", "400")
    add_download("demo-2.0-py3-none-any.whl", DownloadDay, day=clock.today())
    told = run("run", "demo", "--dry-run").output
    assert "main demo 4.0: stays, it is what people should install" in told
    assert f"main demo 2.0: stays, downloaded, last on {clock.today()}" in told
    assert "main demo 1.0: goes" in told
    assert (
        "stays, one of the 2"
        in run("set", "*", "--keep", "2").output + run("run", "--dry-run", "--all").output
    )


def add_download(filename, kind, **moment):
    names = {"index_slug": "main", "filename": filename, "project": "demo", "version": "x"}
    db.session.add(kind(**names, **moment, count=1, bytes=1))
    db.session.commit()


def test_the_last_day_of_a_month_counts_when_no_day_is_known(project):
    month = (clock.today() - timedelta(days=150)).replace(day=1)
    add_download("demo-1.0-py3-none-any.whl", DownloadMonth, month=month)
    judged = services.judge_project(project, Rule(pattern="*", keep_newest=1, downloaded_days=150))
    assert [verdict.release.version for verdict in judged.going] == ["3.0", "2.0"]


def test_what_another_project_needs_exactly_stays(project):
    other = make_release(make_project("app"), "1.0")
    for position, requirement in enumerate(("demo==2", "demo>=1", "demo==3.*", "not valid ==")):
        facts = {"position": position, "requirement": requirement, "normalized_name": "demo"}
        db.session.add(Dependency(release_id=other.id, **facts))
    db.session.commit()
    judged = services.judge_project(project, Rule(pattern="*", keep_newest=1))
    stays = {each.release.version: each.reason for each in judged.verdicts if not each.goes}
    assert stays == {"4.0": "latest", "2.0": "pinned"}


def test_bytes_that_another_release_has_are_not_freed(project):
    make_file(
        make_release(make_project("demo", index=make_index("other")), "1.0"), content=b"demo 1.0"
    )
    judged = services.judge_project(project, Rule(pattern="*", keep_newest=3))
    assert [(each.release.version, each.release.size) for each in judged.going] == [("1.0", 0)]


def test_somebody_may_publish_between_judging_and_going(project):
    rule = Rule(pattern="*", keep_newest=3, age_days=30)
    judged = services.judge_project(project, rule)
    make_file(
        db.session.scalars(select(Release).where(Release.version == "1.0")).one(),
        "demo-1.0.tar.gz",
        b"just now",
    )
    assert len(judged.going) == 1
    assert services.let_go(judged) == []
    assert len(versions()) == 4


def test_a_long_history_goes_in_small_transactions(app, monkeypatch):
    monkeypatch.setattr(services, "_MOST_AT_ONCE", 2)
    project = make_versions("demo", [f"1.{number}" for number in range(6)])
    gone = services.let_go(services.judge_project(project, Rule(pattern="*", keep_newest=1)))
    assert (len(gone), versions()) == (5, ["1.5"])


def test_nothing_goes_of_a_project_in_quarantine_or_of_an_index_that_keeps_all(run, project):
    run("set", "*", "--keep", "1")
    db.session.get(Project, project).status = "quarantined"
    db.session.commit()
    assert "0 releases" in run("run").output
    db.session.get(Project, project).status = "active"
    get_index().settings = {"deletion": False}
    db.session.commit()
    assert "nothing can be deleted" in run("run").output
    assert services.let_go(services.judge_project(project, Rule(pattern="*", keep_newest=1))) == []


def test_an_exception_keeps_everything(run, project):
    run("set", "*", "--keep", "1")
    assert run("set", "demo").output == "demo: keep everything\n"
    assert "0 releases" in run("run").output
    assert run("unset", "demo").exit_code == 0
    assert "3 releases" in run("run", "--dry-run").output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("set", "a b", "--keep", "1"), "A pattern is a name"),
        (("set", "*", "--keep", "0"), "must be a number from 1"),
        (("set", "*", "--prereleases", "-1"), "must be a number from 0"),
        (("set", "*", "--age", "99999999"), "must be a number from 0"),
        (("set", "*", "--downloaded", "9"), "Say how many releases to keep"),
        (("set", "*", "--keep", "1", "--index", "pypi"), "projects of their own"),
        (("set", "*", "--keep", "1", "--index", "nowhere"), "There is no index"),
        (("unset", "demo"), "has no rule"),
        (("run", "nothing"), "There is no project"),
    ],
)
def test_bad_words_end_with_a_sentence(run, project, words, sentence):
    answer = run(*words)
    assert (answer.exit_code, answer.output.startswith("Error: ")) == (1, True)
    assert sentence in answer.output


def test_a_project_without_a_rule_says_so(run, project):
    assert "main demo: no rule" in run("run", "demo").output


def test_an_index_has_only_so_many_rules(app, monkeypatch):
    monkeypatch.setattr(services, "MOST_RULES", 1)
    with transaction():
        services.set_rule(get_index(), Rule(pattern="a", keep_newest=1))
    with pytest.raises(BadRetention, match="can have 1 rules"), transaction():
        services.set_rule(get_index(), Rule(pattern="b", keep_newest=1))


def test_only_administrators_of_the_index_make_rules(app):
    account = make_account()
    actor = Actor(account.id, account.username)
    with pytest.raises(Forbidden), transaction():
        services.set_rule(get_index(), Rule(pattern="*", keep_newest=1), actor=actor)
