"""How checks go: what vanishes is nothing, what cannot be checked says so, mending is repeated."""

from sqlalchemy import update

from app.checking import running
from app.checking.findings import Check, Finding
from app.checking.running import FAILED, FOUND, MENDED, run
from app.core.exceptions import Conflict
from app.core.storage import blobs
from app.core.storage.exceptions import StorageUnavailable
from app.extensions import db
from app.projects.models import Project
from tests.factories import make_file, relist_all


class Pile:
    """Something that is wrong until somebody mends it; `seen` are what is found each time."""

    def __init__(self, *seen):
        self.seen = list(seen)
        self.is_mended = False

    def judge(self, step):
        found = self.seen.pop(0) if self.seen else ()
        yield from () if self.is_mended else map(self.finding, found)

    def finding(self, subject):
        return Finding(kind="k", subject=subject, detail="d", cure="c", mend=self.mend)

    def mend(self):
        self.is_mended = True


def states(check, **options):
    return [(each.finding.subject, each.state) for each in run(check, **options)]


def test_what_has_vanished_when_it_is_looked_at_again_is_no_finding(app):
    assert states(Check("c", Pile(["a", "b"], ["b", "new"]).judge)) == [("b", FOUND)]


def test_what_was_mended_is_looked_at_again(app):
    assert states(Check("c", Pile("a", "a", "a").judge), repair=True) == [("a", MENDED)]


def test_mending_that_changes_nothing_has_failed(app):
    pile = Pile("a", "a", "a")
    pile.mend = lambda: None
    (result,) = run(Check("c", pile.judge), repair=True)
    assert (result.state, result.reason) == (FAILED, "it is as it was")


def test_mending_that_is_refused_goes_on_with_the_next(app):
    pile = Pile("ab", "ab", "ab")

    def refuse():
        raise Conflict("somebody stands in the way")

    pile.mend = refuse
    results = list(run(Check("c", pile.judge), repair=True))
    assert [result.state for result in results] == [FAILED, FAILED]
    assert results[0].reason == "Conflict: somebody stands in the way"


def test_many_suspects_are_settled_on_the_way(app, monkeypatch):
    monkeypatch.setattr(running, "_MOST_SUSPECTS", 2)
    judged = []

    def judge(step):
        judged.append(step)
        yield Finding(kind="k", subject=str(step), detail="d", cure="c")

    assert len(list(run(Check("c", judge, lambda: range(4))))) == 4
    assert judged == [0, 1, 0, 1, 2, 3, 2, 3]


def test_repair_can_be_repeated(checked, app):
    make_file()
    relist_all()
    db.session.execute(update(Project).values(file_count=9))
    db.session.commit()
    assert [state for _kind, _subject, state in checked("--repair")[1]] == ["mended"] * 2
    assert checked("--repair") == (0, [])


def test_people_read_lines(app):
    make_file()
    relist_all()
    assert invoke(app).output == "Nothing is wrong.\n"
    db.session.execute(update(Project).values(file_count=9))
    db.session.commit()
    answer = invoke(app)
    assert answer.exit_code == 1
    assert "project-count: main/project" in answer.output
    assert "  --repair: they are counted anew" in answer.output
    assert "2 findings, 0 mended, 2 left." in answer.output
    assert "  mended: they are counted anew" in invoke(app, "--repair").output


def invoke(app, *options):
    return app.test_cli_runner().invoke(args=["check", *options])


def test_tables_of_another_version_cannot_be_checked(app, checked):
    db.session.execute(db.text("UPDATE alembic_version SET version_num = '0001'"))
    db.session.commit()
    status, told = checked()
    assert (status, told.startswith("Error: This cannot be checked")) == (2, True)
    assert "db upgrade" in told


def test_a_store_that_is_away_cannot_be_checked(app, checked, monkeypatch):
    def fail():
        raise StorageUnavailable

    monkeypatch.setattr(blobs(), "check", fail)
    status, told = checked()
    assert (status, "file store is not available" in told) == (2, True)
