import random
from statistics import quantiles

import flask_migrate
import psycopg
import pytest
from click import ClickException
from packaging.version import Version
from sqlalchemy import create_engine, event, func, select
from trove_classifiers import sorted_classifiers

from app import create_app
from app.extensions import db
from app.indexes.models import SerialCounter
from app.indexes.queries import get_index
from app.projects.models import Dependency, File, Project, Release
from app.projects.names import is_valid, lookalike, normalise
from app.projects.queries import find_newest
from app.projects.totals import Counts, find_totals
from app.projects.versions import canonical, sort_key
from app.search.facts import KINDS
from app.search.finding import find
from app.search.models import Label, LabelCount, Listing, ListingLabel
from app.search.own import find_facts
from app.search.wishes import Wish
from app.sources.registry import source_for
from app.uploads.filenames import parse_filename
from bench import catalogue
from bench.histories import draw_file_count
from bench.names import ENORMOUS, KNOWN, TEN, THOUSANDS, make_names
from bench.rows import Numbers, Surroundings, make_batch
from tests import conftest

PROJECTS, WITH_FILES = 120, 100


@pytest.fixture(scope="module")
def environ(tmp_path_factory, database):
    """The settings of an installation of our own, on the database of the test run."""
    own = {"DATA_DIR": str(tmp_path_factory.mktemp("catalogue"))}
    if not database:
        return own
    with psycopg.connect(database["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CREATE DATABASE catalogue")
    return own | {"DATABASE_URL": database["DATABASE_URL"].rpartition("/")[0] + "/catalogue"}


@pytest.fixture(scope="module")
def filled(environ):
    """An installation with a small catalogue; tests only read it."""
    app = create_app(conftest.testing_config(environ["DATA_DIR"], **environ))
    with app.app_context():
        flask_migrate.upgrade()
        catalogue.fill(PROJECTS, with_files=WITH_FILES)
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def source(filled):
    return source_for(get_index())


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def make_rows(names):
    plans = catalogue.make_plans(names, with_files=len(names), last_serial=0)
    classifiers = {name: number for number, name in enumerate(sorted_classifiers)}
    around = Surroundings(1, classifiers, names, lambda _listing, labels: dict.fromkeys(labels, 1))
    return make_batch(plans, around, Numbers(1, 1, 1, 1, 1))


def test_only_the_first_projects_have_files(filled):
    assert count(Project) == PROJECTS
    bare = select(Project.id).where(Project.file_count == 0).order_by(Project.id)
    assert list(db.session.scalars(bare)) == list(range(WITH_FILES + 1, PROJECTS + 1))


@pytest.mark.parametrize(("name", "number"), KNOWN.items())
def test_known_projects_have_their_number_of_files(source, name, number):
    assert len(source.find_page(name).files) == number


def test_nobody_else_has_as_many_files():
    rng = random.Random(5)
    assert max(draw_file_count(rng) for _ in range(50_000)) < KNOWN[THOUSANDS]


def test_numbers_of_files_are_spread_as_in_the_public_index():
    rng = random.Random(5)
    parts = quantiles((draw_file_count(rng) for _ in range(20_000)), n=100)
    assert parts[49] == 4
    assert 33 <= parts[89] <= 37
    assert 220 <= parts[98] <= 310


def test_names_are_valid_and_differ_after_normalising():
    names = make_names(5_000)
    assert len({normalise(name) for name in names}) == 5_000
    assert all(is_valid(name) for name in names)
    assert any(name != normalise(name) for name in names)


def test_taken_names_are_left_alone():
    first = {normalise(name) for name in make_names(100)}
    more = make_names(100, taken=first)
    assert len(more) == 100
    assert first.isdisjoint(map(normalise, more))


def test_a_page_lists_versions_in_their_order(source):
    for name in (ENORMOUS, TEN, *make_names(20)[3:]):
        page = source.find_page(name)
        assert list(page.versions) == sorted(page.versions, key=Version)


def test_versions_are_written_as_the_application_does(filled):
    for release in db.session.scalars(select(Release).limit(2_000)):
        version = Version(release.version)
        assert release.canonical_version == canonical(version)
        assert release.sort_key == sort_key(version)
        assert release.is_prerelease == version.is_prerelease


def test_some_releases_are_yanked_and_some_are_no_final_ones(filled):
    total = count(Release)
    for mark in (Release.yanked_at.is_not(None), Release.is_prerelease):
        marked = db.session.scalar(select(func.count()).select_from(Release).where(mark))
        assert 0 < marked < total / 3


def test_projects_know_their_newest_release_and_change(filled):
    for project in db.session.scalars(select(Project).limit(WITH_FILES)):
        assert project.latest_release_id == find_newest(project.id)
        assert project.lookalike == lookalike(project.name)
        last = select(func.max(File.uploaded_at), func.min(File.uploaded_at)).join(Release)
        newest, oldest = db.session.execute(last.where(Release.project_id == project.id)).one()
        assert (oldest, newest) == (project.created_at, project.updated_at)


def test_the_counter_stands_at_the_newest_change(filled):
    serials = list(db.session.scalars(select(Project.last_serial)))
    assert len(set(serials)) == PROJECTS
    assert max(serials) == get_index().last_serial
    assert max(serials) == db.session.scalar(select(SerialCounter.value))
    moments = select(Project.last_serial).order_by(Project.updated_at, Project.last_serial)
    assert list(db.session.scalars(moments)) == sorted(serials)


def test_file_names_are_as_the_upload_would_take_them(filled):
    wanted = select(File, Project.normalized_name, Release.version)
    joined = wanted.join(Release, File.release_id == Release.id).join(Project)
    for file, project, version in db.session.execute(joined.order_by(File.sha256).limit(300)):
        parsed = parse_filename(file.filename, file.filetype)
        assert (parsed.normalized_name, str(parsed.version)) == (project, version)
        assert file.python_tag == parsed.python_tag
        assert (file.metadata_sha256 is None) == (file.filetype == "sdist")
        assert len(file.sha256) == len(file.blake2_256) == 2 * len(file.md5) == 64


def test_the_same_number_gives_the_same_catalogue():
    names = make_names(40)[2:]
    assert make_rows(names) == make_rows(make_names(40)[2:])


def test_lists_say_of_projects_what_their_metadata_say(filled):
    """A rebuilding changes nothing."""
    for listing in db.session.scalars(select(Listing).limit(PROJECTS)):
        facts = find_facts(listing.index_id, listing.normalized_name)
        mine = ListingLabel.listing_id == listing.id
        had = db.session.execute(select(Label.kind, Label.value).join(ListingLabel).where(mine))
        assert set(had) == set(facts.labels())
        assert (listing.name, listing.version) == (facts.name, facts.version)
        assert (listing.summary, listing.is_yanked) == (facts.summary, facts.is_yanked)
        assert listing.created_at == facts.created_at
        assert listing.updated_at == facts.updated_at


def test_labels_are_counted(filled):
    counted = select(ListingLabel.label_id, func.count()).group_by(ListingLabel.label_id)
    kept = select(LabelCount.label_id, LabelCount.count)
    assert set(db.session.execute(kept)) == set(db.session.execute(counted))
    kinds = select(Label.kind).join(LabelCount).where(Label.kind != LabelCount.kind)
    assert list(db.session.scalars(kinds)) == []
    assert set(db.session.scalars(select(Label.kind).distinct())) == set(KINDS)


def test_what_the_index_holds_is_counted(filled):
    totals = find_totals([get_index().id])
    assert totals == Counts(count(Project), count(Release), count(File))


def test_few_projects_are_popular(filled):
    ranks = db.session.scalars(select(Listing.rank).where(Listing.rank.is_not(None)))
    assert sorted(ranks) == [1, 2]


def test_searches_find_what_was_loaded(filled):
    catalogue.write_words()
    [line, *_others] = find(get_index(), Wish(text=TEN)).lines
    assert line.name == TEN


@pytest.mark.parametrize(
    ("kind", "model"),
    [
        ("projects", Project),
        ("releases", Release),
        ("files", File),
        ("dependencies", Dependency),
        ("listings", Listing),
    ],
)
def test_rows_have_every_column_of_their_table(kind, model):
    row = getattr(make_rows(make_names(20)[2:]), kind)[0]
    assert set(row) == set(model.__table__.c.keys())


def test_an_index_with_projects_is_refused(filled):
    with pytest.raises(catalogue.IndexNotEmpty, match="--add"):
        catalogue.demand_empty()


def test_an_interrupted_load_leaves_nothing_behind(filled):
    # SQLAlchemy closes the connection on which Ctrl-C came while a statement ran.
    def interrupt(_connection, _cursor, statement, *_rest):
        if statement.startswith("UPDATE serial_counter"):
            raise KeyboardInterrupt

    before = count(File), get_index().last_serial
    db.session.remove()  # Whoever reads would keep SQLite's journal as it is.
    event.listen(db.engine, "after_cursor_execute", interrupt)
    with pytest.raises(KeyboardInterrupt):
        catalogue.fill(10, with_files=10)
    event.remove(db.engine, "after_cursor_execute", interrupt)
    assert (count(File), get_index().last_serial) == before


@pytest.mark.sqlite  # PostgreSQL lets others in.
def test_a_database_that_is_in_use_is_left_alone(filled):
    reader = create_engine(db.engine.url)
    with reader.connect() as connection:
        connection.execute(select(Project.id).limit(1))
        with pytest.raises(ClickException, match="Stop the server"):
            catalogue.fill(10, with_files=10)
    reader.dispose()
