"""Every kind of damage is planted, found as what it is, and mended where that is no guess."""

import os
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import delete, insert, select, text, update

from app.core import clock
from app.core.models import Job
from app.core.storage import blobs
from app.extensions import db
from app.indexes.models import Index, IndexGrant
from app.indexes.queries import get_index
from app.mirror.models import MirroredFile
from app.pages.models import Image, Page, PageTranslation, PageVersion
from app.projects.models import File, IndexTotal, Project, Release, Role
from app.search.models import LabelCount, Listing
from app.simple.shelf import the_shelf
from app.stats.counter import download_counter
from app.stats.models import ProjectDay, ProjectMonth
from tests.factories import (
    make_account,
    make_file,
    make_index,
    make_project,
    make_release,
    relist_all,
)

DIGEST = "ab" * 32


@pytest.fixture
def file(disk):
    """Give a wheel of a project, as somebody published it."""
    project = make_project("demo", owner=make_account("owner"))
    release = make_release(project, "1.0", summary="A demo", keywords="shown")
    row = make_file(release)
    values = ("id", "filename", "sha256", "metadata_sha256", "release_id")
    file = SimpleNamespace(**{value: getattr(row, value) for value in values})
    file.project_id = project.id
    relist_all()
    return file


@pytest.fixture
def plant(checked, file):
    """Give what damages something by SQL and says what is found then, and after mending."""

    def damage(*steps):
        for step in steps:
            db.session.execute(step)
        db.session.commit()
        return checked()

    return damage


def path_of(sha256):
    return blobs().find_path(sha256)


def mended(checked, *options):
    """Mend, and demand that nothing is wrong afterwards; return what was mended."""
    status, found = checked("--repair", *options)
    assert (status, [each for each in found if each[2] != "mended"]) == (0, [])
    assert checked("--hashes") == (0, [])
    return [each[:2] for each in found]


def test_a_clean_index_has_no_findings(checked, file, client):
    client.get("/simple/demo/", headers={"Accept": "text/html"})
    client.get(f"/files/{file.sha256}/{file.filename}").close()
    assert checked("--hashes") == (0, [])


# Bytes


def test_a_file_without_its_bytes(checked, file, tmp_path):
    spare = tmp_path / "backup" / file.sha256[:2] / file.sha256[2:4] / file.sha256
    spare.parent.mkdir(parents=True)
    path_of(file.sha256).rename(spare)
    finding = ("file-without-blob", f"main/{file.filename}")
    assert checked() == (1, [(*finding, "found")])
    assert checked("--repair") == (1, [(*finding, "found")])
    assert mended(checked, "--from", str(tmp_path / "backup")) == [finding]


def test_bytes_from_elsewhere_must_be_the_right_ones(checked, file, tmp_path):
    spare = tmp_path / "backup" / file.sha256[:2] / file.sha256[2:4] / file.sha256
    spare.parent.mkdir(parents=True)
    path_of(file.sha256).unlink()
    spare.write_bytes(b"not these")
    status, _found = checked("--repair", "--from", str(tmp_path / "backup"))
    assert status == 1


def test_core_metadata_that_are_gone(checked, file, tmp_path):
    path_of(file.metadata_sha256).unlink()
    finding = ("metadata-without-blob", f"main/{file.filename}")
    assert checked() == (1, [(*finding, "found")])
    # It is no real wheel that could be read.
    assert checked("--repair") == (1, [(*finding, "not-mended")])


def test_a_blob_without_a_row(checked, file, now):
    orphan = blobs().save_bytes(b"left over")
    assert checked() == (0, [])
    now(clock.now() + timedelta(days=2))
    assert checked() == (1, [("blob-without-row", orphan, "found")])
    assert mended(checked) == [("blob-without-row", orphan)]
    assert blobs().find_size(orphan) is None


def test_a_file_that_is_no_blob(checked, file, disk, now):
    path = path_of(file.sha256).with_name("notes.txt")
    path.write_text("mine")
    now(clock.now() + timedelta(days=2))
    assert checked("--repair") == (1, [("stray-file", "notes.txt", "found")])
    assert path.exists()


def test_bytes_that_were_cut_short(checked, file):
    path = path_of(file.sha256)
    path.write_bytes(path.read_bytes()[:-1])
    finding = ("wrong-size", f"main/{file.filename}")
    assert checked() == (1, [(*finding, "found")])


def test_bytes_that_are_others(checked, file, disk):
    path = path_of(file.sha256)
    path.write_bytes(path.read_bytes().upper())
    assert checked() == (0, [])
    assert checked("--hashes") == (1, [("wrong-hash", file.sha256, "found")])
    lost = ("file-without-blob", f"main/{file.filename}", "found")
    assert checked("--hashes", "--repair") == (1, [("wrong-hash", file.sha256, "mended"), lost])
    (aside,) = disk.with_name("blobs.quarantine").iterdir()
    assert aside.read_bytes() == b"A WHEEL"


def test_a_size_that_is_wrong(plant, checked, file):
    finding = ("wrong-size", f"main/{file.filename}")
    assert plant(update(File).values(size=3)) == (1, [(*finding, "found")])
    assert mended(checked) == [finding]


def make_copy(content=b"copied"):
    mirror = get_index("pypi")
    copy = MirroredFile(
        index_id=mirror.id,
        address=DIGEST,
        filename="far-1.0.tar.gz",
        normalized_name="far",
        version="1.0",
        sha256=blobs().save_bytes(content),
        size=len(content),
        metadata_sha256=blobs().save_bytes(b"Metadata"),
        stored_at=clock.now(),
        used_at=clock.now(),
    )
    db.session.add(copy)
    db.session.commit()
    return path_of(copy.sha256), path_of(copy.metadata_sha256)


def test_a_copy_without_its_bytes(checked, file):
    paths = make_copy()
    assert checked() == (0, [])
    for path in paths:
        path.unlink()
    assert mended(checked) == [
        ("copy-without-blob", "pypi/far-1.0.tar.gz"),
        ("copy-metadata-without-blob", "pypi/far-1.0.tar.gz"),
    ]
    row = db.session.scalars(select(MirroredFile)).one()
    assert (row.sha256, row.metadata_sha256) == (None, None)


def test_a_copy_of_another_size(plant, checked, file):
    make_copy()
    finding = ("copy-wrong-size", "pypi/far-1.0.tar.gz")
    assert plant(update(MirroredFile).values(size=1)) == (1, [(*finding, "found")])
    assert mended(checked) == [finding]


def make_picture():
    image = Image(
        sha256=blobs().save_bytes(b"picture"),
        name="p.png",
        media_type="image/png",
        size=7,
        width=1,
        height=1,
        uploaded_at=clock.now(),
    )
    db.session.add(image)
    db.session.commit()
    return image.sha256


def test_a_picture_without_its_bytes(checked, file):
    image = make_picture()
    assert checked() == (0, [])
    path_of(image).unlink()
    found = ("picture-without-blob", f"/media/{image}/p.png", "found")
    assert checked("--repair") == (1, [found])


# Rows


def test_a_row_that_names_another_which_is_not_there(plant, checked, file, lawless):
    role = {"project_id": file.project_id, "account_id": 999, "kind": "owner"}
    step = insert(Role).values(created_at=clock.now(), **role)
    subject = f"role (project_id {role['project_id']}, account_id 999)"
    assert plant(step) == (1, [("foreign-key", subject, "found")])
    assert mended(checked) == [("foreign-key", subject)]


def test_a_file_whose_uploader_is_gone(plant, checked, file, lawless):
    subject = f"file (id {file.id})"
    assert plant(update(File).values(uploaded_by=999)) == (1, [("foreign-key", subject, "found")])
    assert mended(checked) == [("foreign-key", subject)]


def test_a_file_without_its_release_is_never_removed(plant, checked, file, lawless):
    found = plant(update(File).values(release_id=999))
    assert ("foreign-key", f"file (id {file.id})", "found") in found[1]
    checked("--repair")
    assert db.session.scalar(select(File.release_id)) == 999


def test_a_release_without_files(plant, checked, file):
    release = make_release(db.session.get(Project, file.project_id), "2.0").id
    relist_all()
    finding = ("release-without-files", "main/demo 2.0")
    assert checked() == (1, [(*finding, "found")])
    assert mended(checked)[0] == finding
    assert db.session.get(Release, release).removed_at is not None


def test_a_file_in_a_removed_release(plant, checked, file):
    long_ago = clock.now() - timedelta(days=90)
    plant(update(Release).values(removed_at=long_ago))
    relist_all()
    assert ("file-in-removed-release", f"main/{file.filename}") in mended(checked)
    # Its bytes must not leave before anybody has heard of it.
    assert db.session.scalar(select(File.removed_at)) > long_ago


def test_a_file_in_another_index(plant, file):
    other = make_index("other")
    found = plant(update(File).values(index_id=other.id))
    assert found == (1, [("file-in-other-index", f"main/{file.filename}", "found")])


def test_a_name_that_is_kept_under_another(plant, file):
    found = plant(update(Project).values(normalized_name="demos"))
    assert ("wrong-name", "main/demo", "found") in found[1]


def test_a_place_among_versions(plant, checked, file):
    finding = ("derived-name", "main/demo 1.0")
    assert plant(update(Release).values(sort_key=b"?")) == (1, [(*finding, "found")])
    assert mended(checked) == [finding]


def test_what_a_name_looks_like(plant, checked, file):
    finding = ("derived-name", "main/demo")
    assert plant(update(Project).values(lookalike="?")) == (1, [(*finding, "found")])
    assert mended(checked) == [finding]


@pytest.mark.parametrize(
    ("kind", "column", "subject"),
    [
        (Role, "kind", "role (project_id {project}, account_id {owner})"),
        (IndexGrant, "right", "index_grant (index_id {index}, account_id {owner})"),
        (Index, "visibility", "index (id {index})"),
    ],
)
def test_a_word_that_means_nothing(plant, file, kind, column, subject):
    owner, index = db.session.scalar(select(Role.account_id)), get_index().id
    told = subject.format(project=file.project_id, owner=owner, index=index)
    step = update(kind).values({column: "lord"})
    if kind is Index:
        step = step.where(Index.slug == "staging")
        told = f"index (id {get_index('staging').id})"
    assert plant(step) == (1, [("unknown-word", told, "found")])


def test_an_account_without_an_address(plant, file):
    found = plant(text("UPDATE email SET is_primary = false"))
    assert found == (1, [("account-without-address", "owner", "found")])


# Counters


@pytest.mark.parametrize("column", ["release_count", "file_count"])
def test_a_count_of_a_project(plant, checked, file, column):
    finding = ("project-count", "main/demo")
    status, found = plant(update(Project).values({column: 7}))
    assert (status, found[0]) == (1, (*finding, "found"))
    assert finding in mended(checked)


def test_a_count_of_an_index(plant, checked, file):
    finding = ("index-count", "main")
    assert plant(update(IndexTotal).values(files=7)) == (1, [(*finding, "found")])
    assert mended(checked) == [finding]


def test_the_newest_release(plant, checked, file):
    finding = ("newest-release", "main/demo")
    assert (*finding, "found") in plant(update(Project).values(latest_release_id=None))[1]
    assert finding in mended(checked)


@pytest.mark.parametrize(
    "step",
    [
        update(Project).values(last_serial=10**6),
        update(Index).where(Index.slug == "main").values(names_serial=10**6),
        update(Index).where(Index.slug == "main").values(last_serial=10**6),
    ],
)
def test_a_number_of_a_change_that_is_to_come(plant, checked, file, step):
    assert plant(step) == (1, [("serial", "main", "found")])
    assert mended(checked) == [("serial", "main")]


def test_a_count_of_a_label(plant, checked, file):
    finding = ("label-count", "main: keyword shown")
    assert plant(update(LabelCount).values(count=9)) == (1, [(*finding, "found")])
    assert mended(checked) == [finding]


def test_a_label_that_is_not_counted(plant, checked, file):
    finding = ("label-count", "main: keyword shown")
    assert plant(delete(LabelCount)) == (1, [(*finding, "found")])
    assert mended(checked) == [finding]


@pytest.mark.parametrize("kind", [ProjectDay, ProjectMonth])
def test_a_sum_of_downloads(plant, checked, file, client, kind):
    client.get(f"/files/{file.sha256}/{file.filename}").close()
    download_counter().write()
    month = f"{clock.today():%Y-%m}"
    assert checked() == (0, [])
    assert plant(update(kind).values(count=77)) == (1, [("download-sum", month, "found")])
    assert mended(checked) == [("download-sum", month)]


# What is found


def test_a_project_that_is_not_listed(plant, checked, file):
    finding = ("listing-missing", "main/demo")
    found = plant(delete(Listing))
    assert (*finding, "found") in found[1]
    assert finding in mended(checked)


def test_a_listing_that_says_something_else(plant, checked, file):
    finding = ("listing-different", "main/demo")
    assert plant(update(Listing).values(version="0.9")) == (1, [(*finding, "found")])
    assert mended(checked) == [finding]


def test_a_listing_of_a_project_that_nobody_may_see(plant, checked, file):
    finding = ("listing-needless", "main/demo")
    found = plant(update(Project).values(status="quarantined"))
    assert (*finding, "found") in found[1]
    assert finding in mended(checked)


def test_a_listing_of_nothing(plant, checked, file):
    finding = ("listing-needless", "main/ghost")
    row = {"index_id": get_index().id, "normalized_name": "ghost", "name": "ghost"}
    found = plant(insert(Listing).values(**row, downloads=0, popularity=0, facets=""))
    assert (*finding, "found") in found[1]
    assert finding in mended(checked)


def test_a_listing_without_words(plant, checked, file):
    finding = ("listing-wordless", "main/demo")
    assert plant(text("DELETE FROM listing_words")) == (1, [(*finding, "found")])
    assert mended(checked) == [finding]


@pytest.mark.sqlite  # Elsewhere words go with their listing.
def test_words_without_a_listing(plant, checked, file):
    step = text("INSERT INTO listing_words (rowid, name) VALUES (4398046511999, 'ghost')")
    assert plant(step) == (1, [("stray-words", "search", "found")])
    assert mended(checked) == [("stray-words", "search")]


@pytest.mark.sqlite
def test_words_that_are_about_to_be_swept_are_no_fault(plant, checked, file):
    db.session.add(Job(name="search-sweep", payload={}, due_at=clock.now(), created_at=clock.now()))
    step = text("INSERT INTO listing_words (rowid, name) VALUES (4398046511999, 'ghost')")
    assert plant(step) == (0, [])


# Pages


def make_page(body="Text"):
    page = Page(path="about/us", created_at=clock.now(), updated_at=clock.now())
    db.session.add(page)
    db.session.flush()
    texts = {"title": "Us", "body": body, "html": body, "saved_at": clock.now()}
    db.session.add(PageTranslation(page_id=page.id, locale="en", latest=1, published=1))
    db.session.add(PageVersion(page_id=page.id, locale="en", number=1, **texts))
    db.session.commit()


def test_a_page_whose_picture_is_missing(checked, file):
    image = make_picture()
    make_page(f"![here](/media/{image}/p.png)")
    assert checked() == (0, [])
    db.session.execute(delete(Image))
    db.session.commit()
    assert checked()[1][0] == ("page-without-picture", "/about/us (en)", "found")


def test_a_page_whose_text_is_missing(plant, file):
    make_page()
    found = plant(update(PageTranslation).values(published=4))
    assert found == (1, [("page-without-text", "/about/us (en)", "found")])


# Jobs


def make_job(name, **facts):
    facts = {"payload": {}, "due_at": clock.now(), "created_at": clock.now()} | facts
    db.session.add(Job(name=name, **facts))
    db.session.commit()
    return db.session.scalar(select(Job.id))


def test_a_job_that_nobody_knows(checked, file):
    number = make_job("dance")
    assert checked() == (1, [("job-unknown", f"job {number} (dance)", "found")])


def test_a_job_whose_payload_does_not_fit(checked, file):
    number = make_job("render-description", payload={"release": 1})
    assert checked() == (1, [("job-unknown", f"job {number} (render-description)", "found")])


def test_a_job_that_failed_for_good(checked, file):
    number = make_job("sweep-blobs", state="failed", attempts=8)
    assert checked() == (1, [("job-failed", f"job {number} (sweep-blobs)", "found")])


# The shelf


@pytest.fixture
def page(client, file):
    """Give the path of a page on the shelf."""
    client.get("/simple/demo/")
    return the_shelf().root / "main" / str(get_index().generation) / "pages" / "de" / "demo.json"


def test_a_page_that_says_something_else(checked, page):
    facts = page.stat()
    page.write_bytes(page.read_bytes().replace(b"demo", b"dome"))
    os.utime(page, ns=(facts.st_mtime_ns, facts.st_mtime_ns))
    finding = ("shelf-page", str(page))
    assert checked() == (1, [(*finding, "found")])
    assert mended(checked) == [finding]


def test_a_list_of_names_that_is_old(checked, file, client):
    client.get("/simple/")
    path = the_shelf().root / "main" / str(get_index().generation) / "root.json"
    path.write_bytes(b"{}")
    finding = ("shelf-list", str(path))
    assert checked() == (1, [(*finding, "found")])
    assert mended(checked) == [finding]


def test_a_way_to_a_file_that_may_not_be_sent(checked, file):
    index = get_index()
    way = the_shelf().file("main", index.generation, DIGEST, "ghost-1.0.tar.gz")
    the_shelf().lead(way, path_of(file.sha256))
    assert checked() == (1, [("shelf-way", way, "found")])
    assert mended(checked) == [("shelf-way", way)]


def test_a_link_to_an_older_generation(checked, file):
    the_shelf().open_to("main", 77, "public")
    finding = ("shelf-index", str(the_shelf().root / "main" / "public"))
    assert checked() == (1, [(*finding, "found")])
    assert mended(checked) == [finding]


def test_a_file_that_does_not_belong_on_the_shelf(checked, page):
    stray = page.with_name("demo.txt")
    stray.write_text("?")
    assert checked() == (1, [("shelf-stray", str(stray), "found")])
    assert mended(checked) == [("shelf-stray", str(stray))]
