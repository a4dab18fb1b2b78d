"""Pages are read from documents that are right at this moment, and from SQL otherwise."""

import pytest
from pymongo.errors import NetworkTimeout

from app.accounts.actors import Actor
from app.core import clock
from app.core.breaker import FAILURES
from app.core.database import transaction
from app.extensions import db
from app.indexes.queries import get_index
from app.indexes.services import remove_index
from app.mongo import asking, copying, mapping, reading
from app.mongo.asking import the_reading
from app.mongo.connection import database
from app.mongo.copying import Tally
from app.mongo.source import MongoSource
from app.projects import services
from app.projects.models import File, Project
from app.projects.totals import recount
from app.sources.local import LocalSource
from tests.factories import make_file, make_index, make_project, make_release
from tests.mongo.serving import catch_up, lost, served_from

ADMIN = Actor(is_admin=True)


@pytest.fixture
def stores(app, mongo_url):
    with served_from(app, mongo_url, is_lost=True):
        yield database()


@pytest.fixture
def source(stores):
    return MongoSource(get_index())


@pytest.fixture
def truth(app):
    return LocalSource(get_index())


def answered():
    told = the_reading()
    return told.answered, told.behind, told.lost


def project_with(*versions, name="foo"):
    project = make_project(name)
    for version in versions:
        make_file(make_release(project, version, description=f"About {version}"))
    return project


def test_page_is_read_by_one_row_and_two_questions(source, truth, queries):
    project_with(*map(str, range(30)))
    catch_up()
    before = the_reading().answered
    queries.clear()
    page = source.find_page("foo")
    assert len(queries) == 1
    assert the_reading().answered == before + 1
    assert page == truth.find_page("foo")


@pytest.mark.parametrize("count", [1, 30])
def test_release_is_read_by_few_questions_however_many_there_are(source, truth, queries, count):
    project_with(*map(str, range(count)))
    catch_up()
    queries.clear()
    detail = source.find_release("foo")
    # The project, its people and neighbours, and the HTML that is still to be made.
    assert len(queries) == 3
    assert answered() == (1, 0, 0)
    assert detail == truth.find_release("foo")


def test_release_in_several_parts_is_read_whole(source, truth, monkeypatch):
    monkeypatch.setattr(mapping, "FILES_PER_PART", 2)
    monkeypatch.setattr(mapping, "LETTERS_PER_TEXT", 5)
    release = make_release(make_project("foo"), "1.0", description="a long text")
    for number in range(5):
        make_file(release, f"foo-1.0-{number}-py3-none-any.whl", bytes([number]))
    catch_up()
    assert database().releases.count_documents({}) == 4
    assert source.find_release("foo") == truth.find_release("foo")
    assert source.find_page("foo") == truth.find_page("foo")
    assert answered() == (2, 0, 0)


def test_names_come_in_some_at_a_time(source, monkeypatch):
    monkeypatch.setattr(reading, "NAMES_AT_ONCE", 2)
    for name in ("a", "a-b", "A.b.c", "a0", "b"):
        make_project(name)
    catch_up()
    names = [normalized for _name, normalized in source.names()]
    assert names == ["a", "a-b", "a-b-c", "a0", "b"]
    assert [normalized for _name, normalized in source.names("a-b", "b")] == names[1:4]
    assert the_reading().lost == the_reading().behind == 0


def test_change_is_shown_before_it_is_copied(source):
    project = project_with("1.0")
    catch_up()
    make_file(make_release(project, "2.0"))
    assert source.find_page("foo").versions == ("1.0", "2.0")
    assert source.find_release("foo").version == "2.0"
    assert answered() == (0, 2, 0)


def test_what_is_being_written_is_asked_of_sql_alone(source):
    project_with("1.0")
    catch_up()
    with transaction():
        assert source.find_page("foo").versions == ("1.0",)
        assert source.find_release("foo").version == "1.0"
        assert list(source.names()) == [("foo", "foo")]
    assert answered() == (0, 0, 0)


def test_removed_project_stops_at_once(source):
    project = project_with("1.0")
    file = db.session.query(File).one()
    catch_up()
    with transaction():
        services.delete_project(ADMIN, project.id, "foo")
    assert source.find_page("foo") is None
    assert source.find_release("foo") is None
    assert source.find_file(file.sha256, file.filename) is None
    assert list(source.names()) == []


def test_project_in_quarantine_stops_at_once(source):
    project = project_with("1.0")
    catch_up()
    with transaction():
        services.change_status(ADMIN, project.id, services.QUARANTINED)
    assert source.find_page("foo").files == ()
    assert source.find_release("foo").files == ()


def test_torn_copy_is_not_shown(source, stores):
    project = project_with("1.0", "2.0")
    catch_up()
    # As a slow writer leaves it, who was killed before it looked again.
    stores.releases.update_one(
        {"version": "1.0"}, {"$set": {"is_yanked": True, "digest": "another"}}
    )
    assert [file.is_yanked for file in source.find_page("foo").files] == [False, False]
    assert source.find_release("foo", "1.0").is_yanked is False
    assert source.find_release("foo", "2.0").version == "2.0"
    assert answered() == (1, 2, 0)
    copying.refresh([project.id], Tally())
    assert source.find_page("foo").versions == ("1.0", "2.0")
    assert answered() == (2, 2, 0)


def test_missing_release_is_not_left_out(source, stores):
    project_with("1.0", "2.0")
    catch_up()
    stores.releases.delete_one({"version": "1.0"})
    assert source.find_page("foo").versions == ("1.0", "2.0")
    assert source.find_release("foo", "1.0").version == "1.0"


def test_copy_of_another_history_with_the_same_number_is_not_shown(source, stores):
    project = project_with("1.0")
    catch_up()
    # A database that was restored counts to the same number again.
    db.session.get(Project, project.id).updated_at = clock.now()
    db.session.commit()
    source.find_page("foo")
    assert answered() == (0, 1, 0)


def test_older_writer_leaves_nothing_that_is_shown(source, stores, monkeypatch):
    project = project_with("1.0")
    copy, is_first = copying._copy, [True]

    def slow(*args, **kwargs):
        seen = copy(*args, **kwargs)
        if is_first.pop() if is_first else False:
            make_file(make_release(project, "2.0"))
        return seen

    monkeypatch.setattr(copying, "_copy", slow)
    copying.refresh([project.id], Tally())
    assert source.find_page("foo").versions == ("1.0", "2.0")
    assert answered() == (1, 0, 0)


def test_long_project_is_read_from_sql_and_is_not_lost(app, source, truth, monkeypatch):
    monkeypatch.setattr(asking, "LONG_PROJECT", 1)
    project_with("1.0", "2.0")
    project_with("1.0", name="short")
    with transaction():
        for name in ("foo", "short"):
            recount(get_index().id, name)
    catch_up()
    assert source.find_release("short") == truth.find_release("short")
    assert answered() == (1, 0, 0)
    with lost(app):
        for _ in range(FAILURES):
            assert source.find_page("foo") == truth.find_page("foo")
            assert source.find_release("foo") == truth.find_release("foo")
        assert not the_reading().breaker.is_open
    assert answered() == (1, 0, 0)


def test_name_with_dots_and_a_version_with_an_epoch(source, truth):
    project_with("1", "1!1", "1.0+local.1", name="Zope.Interface_x")
    catch_up()
    for version in (None, "1", "1!1", "1.0+local.1"):
        assert source.find_release("zope.interface-X", version) == truth.find_release(
            "zope-interface-x", version
        )
    assert source.find_page("Zope.Interface_x") == truth.find_page("Zope.Interface_x")
    assert the_reading().behind == 0


def test_private_index_stays_private(stores, client):
    inner = make_index("inner", visibility="members")
    make_file(make_release(make_project("secret", index=inner)))
    catch_up()
    assert client.get("/index/inner/project/secret/").status_code in {303, 401, 403, 404}
    for path in ("/project/secret/", "/pypi/secret/json", "/simple/secret/"):
        assert client.get(path).status_code == 404
    assert MongoSource(get_index()).find_page("secret") is None


def test_name_that_was_removed_in_one_index_begins_anew_in_another(stores):
    first, second = make_index("first"), make_index("second")
    make_file(make_release(make_project("foo", index=first), "1.0"))
    catch_up()
    with transaction():
        remove_index(get_index("first"), "first", with_projects=True)
    make_file(make_release(make_project("foo", index=second), "2.0"))
    make_index("first")
    assert MongoSource(get_index("first")).find_page("foo") is None
    assert MongoSource(get_index("second")).find_page("foo").versions == ("2.0",)


def test_lost_server_makes_sql_answer_and_is_left_alone(app, source, caplog):
    project_with("1.0")
    catch_up()
    with lost(app):
        for _ in range(5):
            assert source.find_page("foo").versions == ("1.0",)
        assert list(source.names()) == [("foo", "foo")]
        warnings = [each for each in caplog.records if "gave no answer" in each.message]
        assert len(warnings) == 3
        assert the_reading().breaker.is_open
        assert "127.0.0.1" not in caplog.text


def test_server_lost_in_the_middle_of_the_list_leaves_no_name_out(source, monkeypatch):
    monkeypatch.setattr(reading, "NAMES_AT_ONCE", 2)
    for name in ("a", "a-b", "b", "c", "d"):
        make_project(name)
    catch_up()
    names = source.names()
    found = [next(names), next(names)]

    def break_off(*_args):
        raise NetworkTimeout

    monkeypatch.setattr(reading, "list_names", break_off)
    found += names
    assert [name for name, _normalized in found] == ["a", "a-b", "b", "c", "d"]
