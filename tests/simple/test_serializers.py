import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from pypi_simple import ProjectPage

from app.simple.serializers import page_as_html, page_as_json, root_as_html, root_as_json
from app.sources.page import FileLink, IndexPage

WHEN = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
BASE = "https://host/pkgs/simple/foo/"


def link(**facts) -> FileLink:
    values = {
        "filename": "foo-1.0.tar.gz",
        "version": "1.0",
        "sha256": "ab" * 32,
        "size": 5,
        "uploaded_at": WHEN,
    }
    return FileLink(**values | facts)


def page(*files: FileLink, **facts) -> IndexPage:
    values = {
        "index_slug": "main",
        "name": "Foo",
        "normalized_name": "foo",
        "versions": tuple(dict.fromkeys(file.version for file in files)),
        "files": files,
        "serial": 7,
    }
    return IndexPage(**values | facts)


def read_json(page: IndexPage) -> dict:
    return json.loads(page_as_json(page, "../../files/"))


def read_html(page: IndexPage) -> str:
    return page_as_html(page, "../../files/").decode()


def test_check_11_nothing_is_null():
    assert b"null" not in page_as_json(page(link()), "")


def test_check_11_the_document_has_what_the_standard_demands():
    document = read_json(page(link(metadata_sha256="cd" * 32, requires_python=">=3.9")))
    assert document == {
        "meta": {"api-version": "1.4", "_last-serial": 7},
        "name": "foo",
        "project-status": {"status": "active"},
        "versions": ["1.0"],
        "files": [
            {
                "filename": "foo-1.0.tar.gz",
                "url": f"../../files/{'ab' * 32}/foo-1.0.tar.gz",
                "hashes": {"sha256": "ab" * 32},
                "size": 5,
                "upload-time": "2026-01-02T03:04:05.000006Z",
                "yanked": False,
                "requires-python": ">=3.9",
                "core-metadata": {"sha256": "cd" * 32},
            }
        ],
    }


def test_check_12_the_page_says_its_version():
    assert '<meta name="pypi:repository-version" content="1.4">' in read_html(page())


def test_check_72_a_yank_without_reason_is_still_one():
    yanked = page(link(is_yanked=True))
    assert ' data-yanked=""' in read_html(yanked)
    assert read_json(yanked)["files"][0]["yanked"] is True


def test_check_72_a_reason_is_escaped():
    reason = 'is "<&>\nbroken'
    yanked = page(link(is_yanked=True, yanked_reason=reason))
    assert ' data-yanked="is &quot;&lt;&amp;&gt;&#10;broken"' in read_html(yanked)
    assert read_json(yanked)["files"][0]["yanked"] == reason


def test_check_74_requires_python_is_escaped():
    assert ' data-requires-python="&gt;=4"' in read_html(page(link(requires_python=">=4")))


def test_check_75_html_carries_size_and_time_too():
    text = read_html(page(link()))
    assert ' data-size="5"' in text
    assert ' data-upload-time="2026-01-02T03:04:05.000006Z"' in text


def test_check_77_status_and_reason_are_told():
    archived = page(status="archived", status_reason='no "time"')
    assert read_json(archived)["project-status"] == {"status": "archived", "reason": 'no "time"'}
    assert '<meta name="pypi:project-status" content="archived">' in read_html(archived)
    assert 'content="no &quot;time&quot;">' in read_html(archived)


def test_check_76_the_root_links_relatively():
    names = [("Foo.Bar", "foo-bar")]
    assert b'<a href="foo-bar/">Foo.Bar</a>' in root_as_html(names, 7)
    assert json.loads(root_as_json(names, 7)) == {
        "meta": {"api-version": "1.4", "_last-serial": 7},
        "projects": [{"name": "Foo.Bar"}],
    }


def test_local_and_epoch_stay_as_they_are_in_addresses():
    text = read_html(page(link(filename="foo-1!1.0+cu12.tar.gz")))
    assert "/foo-1!1.0+cu12.tar.gz#sha256=" in text


digests = st.text("0123456789abcdef", min_size=64, max_size=64)
# Python's HTML parser, like browsers, replaces what no document may hold.
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cn"]), max_size=20)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@st.composite
def links(draw):
    version = f"{draw(st.integers(0, 99))}.{draw(st.integers(0, 99))}"
    is_wheel = draw(st.booleans())
    is_yanked = draw(st.booleans())
    return link(
        filename=f"foo-{version}" + ("-py3-none-any.whl" if is_wheel else ".tar.gz"),
        version=version,
        sha256=draw(digests),
        size=draw(st.integers(0, 2**40)),
        uploaded_at=draw(moments),
        requires_python=draw(st.sampled_from([None, ">=3.9", "<4,!=3.10.*"])),
        metadata_sha256=draw(digests) if is_wheel else None,
        is_yanked=is_yanked,
        yanked_reason=draw(texts) if is_yanked else "",
    )


@given(st.lists(links(), max_size=4))
def test_check_78_a_client_reads_from_json_what_was_written(files):
    text = page_as_json(page(*files), "../../files/")
    read = ProjectPage.from_json_data(json.loads(text), base_url=BASE)
    assert [_seen(package) for package in read.packages] == [_told(f) for f in files]


@given(st.lists(links(), max_size=4))
def test_check_78_a_client_reads_from_html_what_was_written(files):
    text = page_as_html(page(*files), "../../files/")
    read = ProjectPage.from_html("foo", text.decode(), base_url=BASE)
    assert read.repository_version == "1.4"
    told = [_told(file) | {"size": None, "time": None} for file in files]
    assert [_seen(package) for package in read.packages] == told


def _told(file: FileLink) -> dict:
    return {
        "filename": file.filename,
        "url": f"https://host/pkgs/files/{file.sha256}/{file.filename}",
        "sha256": file.sha256,
        "size": file.size,
        "time": file.uploaded_at,
        "requires_python": file.requires_python,
        "is_yanked": file.is_yanked,
        "reason": file.yanked_reason,
        "metadata": file.metadata_sha256,
    }


def _seen(package) -> dict:
    return {
        "filename": package.filename,
        "url": package.url.partition("#")[0],
        "sha256": package.digests["sha256"],
        "size": package.size,
        "time": package.upload_time,
        "requires_python": package.requires_python,
        "is_yanked": package.is_yanked,
        "reason": package.yanked_reason or "",
        "metadata": (package.metadata_digests or {}).get("sha256"),
    }


@given(st.lists(links(), max_size=4))
def test_the_same_page_gives_the_same_bytes(files):
    assert page_as_html(page(*files), "") == page_as_html(page(*files), "")
    assert page_as_json(page(*files), "") == page_as_json(page(*files), "")
