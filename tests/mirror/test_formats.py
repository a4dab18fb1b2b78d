"""What upstreams tell, and what is made of it."""

import json
import time
from datetime import UTC, datetime

import pytest

from app.mirror import entries
from app.mirror.answers import Answer
from app.mirror.documents import pack, unpack
from app.mirror.entries import MOST_FILES, Reader
from app.mirror.exceptions import UpstreamUnavailable
from app.mirror.formats import MOST_VALUES, read_api, read_simple
from app.mirror.guard import Guard, Origin
from tests.upstreams import V1_JSON

PAGE = "https://index.example.com/simple/foo-bar/"
SHA = "ab" * 32
FILE = {"filename": "foo_bar-1.0-py3-none-any.whl", "url": "f.whl", "hashes": {"sha256": SHA}}


def reader(name="foo-bar"):
    return Reader(name, PAGE, Guard(Origin.of(PAGE)).allows)


def answer(body, content_type):
    body = body if isinstance(body, bytes) else body.encode()
    return Answer(status=200, url=PAGE, headers={"content-type": content_type}, body=body)


def json_page(*files, **facts):
    page = {"meta": {"api-version": "1.1"}, "name": "foo-bar", "files": list(files)} | facts
    return read_simple(answer(json.dumps(page), V1_JSON), reader()).document


def html_page(body, content_type="text/html; charset=utf-8"):
    return read_simple(answer(body, content_type), reader()).document


def api_page(releases, **info):
    page = {"info": {"name": "Foo.Bar"} | info, "releases": releases}
    return read_api(answer(json.dumps(page), "application/json"), reader())


def json_entry(**facts):
    [entry] = json_page(FILE | facts).entries
    return entry


class TestMemory:
    """Few bytes of a body may become very many."""

    @pytest.mark.parametrize("value", ["[]", "{}", '"a"', "0"])
    def test_more_values_than_any_project_has_are_not_read(self, value):
        body = f'{{"files": [{f"{value}," * MOST_VALUES}{value}]}}'
        with pytest.raises(UpstreamUnavailable):
            read_simple(answer(body, V1_JSON), reader())

    def test_more_files_than_any_project_has_are_not_read(self, monkeypatch):
        monkeypatch.setattr(entries, "MOST_FILES", 2)
        assert len(json_page(FILE, FILE).entries) == 1
        with pytest.raises(UpstreamUnavailable):
            json_page(FILE, FILE, FILE)

    def test_more_links_than_any_project_has_are_not_kept(self):
        with pytest.raises(UpstreamUnavailable):
            html_page("<a href=x>" * (2 * MOST_FILES + 1))


class TestJson:
    """PEP 691."""

    def test_all_that_is_told_is_kept(self):
        entry = json_entry(
            hashes={"sha256": SHA.upper(), "md5": "0" * 32, "blake2b_256": "1" * 64},
            size=7,
            yanked='broken "build" <b>',
            **{
                "requires-python": ">=3.9",
                "core-metadata": {"sha256": "CD" * 32},
                "upload-time": "2024-03-01T12:00:00.123456Z",
            },
        )

        assert entry.url == f"{PAGE}f.whl"
        assert (entry.sha256, entry.md5, entry.blake2_256) == (SHA, "0" * 32, "1" * 64)
        assert (entry.size, entry.requires_python) == (7, ">=3.9")
        assert (entry.is_yanked, entry.yanked_reason) == (True, 'broken "build" <b>')
        assert (entry.core_metadata, entry.metadata_sha256) == (True, "cd" * 32)
        assert entry.uploaded_at == datetime(2024, 3, 1, 12, 0, 0, 123456, UTC)
        assert (entry.version, entry.filetype, entry.python_tag) == ("1.0", "bdist_wheel", "py3")

    def test_what_is_not_told_is_not_made_up(self):
        entry = json_entry()

        assert entry.size is None
        assert entry.uploaded_at is None
        assert entry.requires_python is None
        assert entry.metadata_sha256 is None
        assert not entry.core_metadata
        assert not entry.is_yanked

    @pytest.mark.parametrize("nonsense", [None, [], {}, 3.5, -1, "x", True, 10**30, "\ud800"])
    def test_nonsense_in_a_field_is_left_out_and_the_file_stays(self, nonsense):
        names = ("size", "upload-time", "core-metadata", "provenance", "gpg-sig")
        entry = json_entry(**dict.fromkeys(names, nonsense))

        assert entry.uploaded_at is None
        assert entry.metadata_sha256 is None
        assert entry.size is None or entry.size == nonsense

    @pytest.mark.parametrize("nonsense", [None, [], 3, "sha256", {"sha256": "xyz"}, {"sha1": "a"}])
    def test_nonsense_for_a_digest_is_none(self, nonsense):
        entry = json_entry(hashes=nonsense)

        assert entry.sha256 is None
        assert len(entry.address) == 64

    def test_invalid_requires_python_is_relayed(self):
        assert json_entry(**{"requires-python": ">=3.6.*"}).requires_python == ">=3.6.*"

    @pytest.mark.parametrize(
        ("told", "is_yanked", "reason"),
        [
            *((False, False, ""), (None, False, ""), (True, True, ""), ("", True, "")),
            *(("bad", True, "bad"), (0, False, ""), ([], False, "")),
        ],
    )
    def test_yanks(self, told, is_yanked, reason):
        entry = json_entry(yanked=told)
        assert (entry.is_yanked, entry.yanked_reason) == (is_yanked, reason)

    def test_old_name_of_core_metadata_counts_if_the_new_one_is_not_there(self):
        assert json_entry(**{"dist-info-metadata": {"sha256": SHA}}).metadata_sha256 == SHA
        both = {"dist-info-metadata": {"sha256": SHA}, "core-metadata": False}
        assert not json_entry(**both).core_metadata

    def test_metadata_of_a_source_archive_are_not_announced(self):
        told = {"filename": "foo_bar-1.0.tar.gz", "core-metadata": {"sha256": SHA}}
        assert not json_entry(**told).core_metadata

    @pytest.mark.parametrize(
        "filename",
        [
            *("../a.whl", "a/b.whl", "a\\b.whl", "a\nb.whl", "a\x00.whl", "a\x7f.whl", "", "."),
            *("..", "a" * 252 + ".whl", None, 3, "a\u202eb.whl", "\ud800.whl", "ä" * 130),
        ],
    )
    def test_file_that_cannot_have_its_name_is_dropped(self, filename):
        document = json_page(FILE, FILE | {"filename": filename})
        assert [entry.filename for entry in document.entries] == [FILE["filename"]]

    @pytest.mark.parametrize(
        "url",
        [
            *("https://127.0.0.1/a", "http://files.example.com/a", "file:///etc/passwd", None, 7),
            *("https://[::1]:8080/a", "javascript:alert(1)", "https://[broken", "a" * 3000),
            *("https://10.0.0.1/a", "https://localhost/a", "//192.168.0.1/a", "data:,a"),
        ],
    )
    def test_file_in_a_forbidden_place_is_dropped(self, url):
        document = json_page(FILE, FILE | {"filename": "foo_bar-2.0.tar.gz", "url": url})
        assert [entry.filename for entry in document.entries] == [FILE["filename"]]

    def test_files_of_the_same_name_are_one(self):
        assert len(json_page(FILE, FILE | {"url": "other.whl"}).entries) == 1

    @pytest.mark.parametrize(
        "body",
        [
            *("", "{", "[]", "null", "3", '"files"', "{}", '{"files": {}}', "<html>", "[" * 10**5),
            '{"files": [], "meta": {"api-version": "2.0"}}',
            '{"files": [], "name": "other"}',
            '{"files": [3]}',
            '{"files": [{"filename": "a/b", "url": "a"}]}',
        ],
    )
    def test_page_that_makes_no_sense_is_a_failure(self, body):
        with pytest.raises(UpstreamUnavailable):
            read_simple(answer(body, V1_JSON), reader())

    def test_project_without_files_is_one(self):
        document = json_page()
        assert (document.entries, document.versions, document.name) == ((), (), "foo-bar")

    def test_status_and_reason_are_relayed(self):
        told = {"status": "archived", "reason": 'moved to "baz"'}
        document = json_page(FILE, **{"project-status": told})
        assert (document.status, document.status_reason) == ("archived", 'moved to "baz"')

    @pytest.mark.parametrize("told", [None, 3, "archived", {"status": "famous"}, {"status": []}])
    def test_status_that_nobody_knows_is_none(self, told):
        assert json_page(FILE, **{"project-status": told}).status == "active"

    def test_versions_without_files_are_relayed(self):
        assert json_page(FILE, versions=["0.9", "1.0", 3, None]).versions == ("0.9", "1.0")


class TestOrder:
    """Versions and files stand as they will on the page."""

    def test_versions_are_in_the_order_of_pep_440_and_strange_ones_first(self):
        names = ("1.10", "1.9", "1.0rc1", "2004d", "1.0", "dev-r12")
        files = [
            FILE | {"filename": f"foo-bar-{name}.tar.gz", "url": f"{name}.gz"} for name in names
        ]
        document = json_page(*files)

        assert document.versions == ("2004d", "dev-r12", "1.0rc1", "1.0", "1.9", "1.10")
        assert [entry.version for entry in document.entries] == list(document.versions)

    def test_files_are_in_the_order_of_their_names_within_a_version(self):
        names = ("foo_bar-1.0.tar.gz", "foo_bar-1.0-py3-none-any.whl", "what.rar")
        document = json_page(*(FILE | {"filename": name, "url": name} for name in names))

        assert [entry.filename for entry in document.entries] == [
            *("what.rar", "foo_bar-1.0-py3-none-any.whl", "foo_bar-1.0.tar.gz")
        ]


class TestHtml:
    """PEP 503, as old and new indexes write it."""

    def test_all_that_is_told_is_kept(self):
        document = html_page(
            f"""<!DOCTYPE html><html><head>
            <meta name="pypi:repository-version" content="1.4">
            <meta name="pypi:project-status" content="deprecated">
            <meta name="pypi:project-status-reason" content="use &lt;baz&gt;">
            </head><body><h1>Links for foo-bar</h1>
            <a href="../../packages/foo_bar-1.0-py3-none-any.whl#sha256={SHA}"
               data-requires-python="&gt;=3.9" data-yanked="a &quot;bug&quot;"
               data-core-metadata="sha256={"cd" * 32}" data-size="7"
               data-upload-time="2024-03-01T12:00:00Z">foo_bar-1.0-py3-none-any.whl</a>
            </body></html>"""
        )

        [entry] = document.entries
        assert entry.url == "https://index.example.com/packages/foo_bar-1.0-py3-none-any.whl"
        assert (entry.sha256, entry.requires_python) == (SHA, ">=3.9")
        assert (entry.is_yanked, entry.yanked_reason) == (True, 'a "bug"')
        assert (entry.core_metadata, entry.metadata_sha256) == (True, "cd" * 32)
        assert entry.size == 7
        assert entry.uploaded_at == datetime(2024, 3, 1, 12, tzinfo=UTC)
        assert (document.status, document.status_reason) == ("deprecated", "use <baz>")

    def test_bare_page_of_an_old_index_is_read(self):
        document = html_page('<a href="foo-bar-1.0.zip">x</a><a href="foo%2Dbar-1.1.zip">y</a>')

        assert [entry.filename for entry in document.entries] == [
            *("foo-bar-1.0.zip", "foo-bar-1.1.zip")
        ]
        assert [entry.sha256 for entry in document.entries] == [None, None]

    def test_base_of_the_page_counts(self):
        page = '<base href="https://cdn.example.com/p/"><a href="foo_bar-1.0.tar.gz">f</a>'
        assert html_page(page).entries[0].url == "https://cdn.example.com/p/foo_bar-1.0.tar.gz"

    def test_base_that_leads_inside_makes_the_page_useless(self):
        with pytest.raises(UpstreamUnavailable):
            html_page('<base href="http://127.0.0.1/"><a href="foo_bar-1.0.tar.gz">f</a>')

    @pytest.mark.parametrize(
        ("attributes", "is_yanked", "has_metadata"),
        [
            *(("data-yanked", True, False), ('data-yanked=""', True, False)),
            *(("", False, False), ('data-core-metadata="false"', False, False)),
            *(('data-core-metadata="true"', False, True), ("data-core-metadata", False, False)),
            ('data-dist-info-metadata="sha256=00"', False, True),
            ('data-core-metadata="false" data-dist-info-metadata="true"', False, False),
        ],
    )
    def test_attributes(self, attributes, is_yanked, has_metadata):
        [entry] = html_page(f'<a href="foo_bar-1.0-py3-none-any.whl" {attributes}>f</a>').entries
        assert (entry.is_yanked, entry.core_metadata) == (is_yanked, has_metadata)

    def test_other_digests_in_fragments_are_kept(self):
        [entry] = html_page(f'<a href="foo_bar-1.0.zip#md5={"0" * 32}&egg=foo">f</a>').entries
        assert (entry.md5, entry.sha256) == ("0" * 32, None)

    def test_links_to_other_things_are_no_files(self):
        page = '<a href="/">home</a><a href="mailto:a@b.c">us</a><a href="foo_bar-1.0.zip">f</a>'
        assert len(html_page(page).entries) == 1

    @pytest.mark.parametrize(
        "page",
        [
            "",
            "<h1>Sorry</h1><p>Back soon.",
            '<base href="http://["><a href="foo_bar-1.0.zip">f</a>',
            '<html><body><a href="/status">Status</a></body></html>',
            '<html><body><a href="foo_bar-1.0.zip">foo_bar-1.0.zip</a><a href="foo_ba',
            '<html><body><a href="foo_bar-1.0.zip">foo_bar-1.0.zip</a>',
            '<a href="foo_bar-1.0.zip">f</a><a href=',
            "<![nonsense[<a href='foo_bar-1.0.zip'>f</a>",
        ],
    )
    def test_page_that_is_none_or_was_cut_short_is_a_failure(self, page):
        with pytest.raises(UpstreamUnavailable):
            html_page(page)

    @pytest.mark.parametrize(
        "page",
        [
            "<html><head><title>Links for foo-bar</title></head><body></body></html>",
            '<meta name="pypi:repository-version" content="1.0">',
        ],
    )
    def test_project_without_files_is_one(self, page):
        assert html_page(page).entries == ()

    def test_markup_in_a_page_is_only_text(self):
        page = '<a href="foo_bar-1.0.zip" data-yanked="<script>alert(1)</script>">f</a>'
        assert html_page(page).entries[0].yanked_reason == "<script>alert(1)</script>"

    def test_page_in_another_charset_is_read(self):
        page = '<a href="foo_bar-1.0.zip" data-yanked="caf\xe9">f</a>'.encode("latin-1")
        assert html_page(page, "text/html; charset=latin-1").entries[0].yanked_reason == "café"
        assert html_page(page, "text/html; charset=nonsense").entries

    @pytest.mark.parametrize("mark", ["<!--", "<![CDATA[", "<?", "</a ", "<a ", "<a '"])
    def test_what_has_no_end_is_read_once(self, mark):
        started = time.monotonic()

        with pytest.raises(UpstreamUnavailable):
            html_page(mark * 200_000)

        assert time.monotonic() - started < 20

    def test_other_kinds_of_content_are_failures(self):
        for kind in ("text/plain", "", "application/octet-stream", "image/png"):
            with pytest.raises(UpstreamUnavailable):
                html_page('<a href="foo_bar-1.0.zip">f</a>', kind)


class TestApi:
    """The JSON API: /pypi/<name>/json."""

    FILE = {
        "filename": "foo_bar-1.0-py3-none-any.whl",
        "url": "https://files.example.com/foo_bar-1.0-py3-none-any.whl",
        "digests": {"sha256": SHA, "md5": "0" * 32, "blake2b_256": "1" * 64},
        "size": 7,
        "upload_time": "2024-03-01T12:00:00",
        "upload_time_iso_8601": "2024-03-01T12:00:00.123456Z",
        "requires_python": ">=3.9",
        "yanked": True,
        "yanked_reason": "bad",
        "packagetype": "bdist_wheel",
        "python_version": "py3",
        "core-metadata": {"sha256": "cd" * 32},
    }

    def test_all_that_is_told_is_kept(self):
        document = api_page({"1.0": [self.FILE], "0.9": []})

        [entry] = document.entries
        assert (document.name, document.versions) == ("Foo.Bar", ("0.9", "1.0"))
        assert (entry.sha256, entry.md5, entry.blake2_256) == (SHA, "0" * 32, "1" * 64)
        assert (entry.size, entry.requires_python) == (7, ">=3.9")
        assert (entry.is_yanked, entry.yanked_reason) == (True, "bad")
        assert entry.metadata_sha256 == "cd" * 32
        assert entry.uploaded_at == datetime(2024, 3, 1, 12, 0, 0, 123456, UTC)
        assert (entry.filetype, entry.python_tag) == ("bdist_wheel", "py3")

    def test_version_that_is_told_counts_more_than_the_name_of_the_file(self):
        file = self.FILE | {"filename": "odd.exe", "url": "https://files.example.com/odd.exe"}
        assert api_page({"0.3-r2": [file]}).entries[0].version == "0.3-r2"

    def test_nulls_are_left_out(self):
        file = dict.fromkeys(self.FILE) | {key: self.FILE[key] for key in ("filename", "url")}
        [entry] = api_page({"1.0": [file]}).entries
        assert (entry.sha256, entry.size, entry.uploaded_at) == (None, None, None)
        assert (entry.filetype, entry.is_yanked) == ("bdist_wheel", False)

    @pytest.mark.parametrize(
        "page",
        [
            *({}, {"info": {}}, {"info": {"name": "foo-bar"}}, {"releases": {}}),
            *({"info": {"name": "other"}, "releases": {}}, {"info": {}, "releases": {}}),
            {"info": {"name": "foo-bar"}, "releases": []},
            {"message": "Not Found"},
        ],
    )
    def test_page_that_makes_no_sense_is_a_failure(self, page):
        with pytest.raises(UpstreamUnavailable):
            read_api(answer(json.dumps(page), "application/json"), reader())


def test_packed_document_comes_back_as_it_was():
    document = json_page(FILE, FILE | {"filename": "foo_bar-2.0.tar.gz", "yanked": "ключ"})
    assert unpack(pack(document)) == document
