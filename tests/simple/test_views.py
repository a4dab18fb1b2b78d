import gzip
import json
from html.parser import HTMLParser

import pytest

from app.accounts.actors import OPERATOR
from app.core import clock
from app.core.database import transaction
from app.extensions import db
from app.indexes.queries import get_index
from app.projects import services
from app.projects.models import File, Project
from app.projects.queries import get_release
from tests.factories import make_file, make_project, make_release

JSON_TYPE = "application/vnd.pypi.simple.v1+json"
HTML_TYPE = "application/vnd.pypi.simple.v1+html"
AS_JSON = {"Accept": JSON_TYPE}
PAGE = "/simple/foo-bar-baz/"


def read(client, path=PAGE):
    return json.loads(client.get(path, headers=AS_JSON).data)


class Anchors(HTMLParser):
    """The links of a page with their attributes."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self.found.append(dict(attrs))


def test_check_11_json_has_exactly_its_type(client, demo):
    answer = client.get(PAGE, headers=AS_JSON)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == JSON_TYPE
    assert "Accept" in answer.headers["Vary"]


def test_check_11_json_lists_all_files_and_versions(client, demo):
    page = read(client)
    assert page["versions"] == ["1.0", "1.1", "2.0rc1", "3.0"]
    assert len(page["files"]) == 5
    assert all(file["size"] and file["upload-time"].endswith("Z") for file in page["files"])


@pytest.mark.parametrize("headers", [{}, {"Accept": "*/*"}])
def test_check_12_who_names_nothing_gets_html(client, demo, headers):
    answer = client.get(PAGE, headers=headers)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert len(Anchors(answer.text).found) == 5


def test_check_14_other_spellings_are_sent_to_the_page(client, demo):
    answer = client.get("/simple/Foo.Bar_baz/?format=text/html")
    assert answer.status_code == 301
    assert answer.headers["Location"] == "../foo-bar-baz/?format=text/html"


def test_check_14_a_missing_slash_is_added(client, demo):
    answer = client.get("/simple/Foo.Bar_baz")
    assert (answer.status_code, answer.headers["Location"]) == (301, "foo-bar-baz/")
    assert client.get("/simple").headers["Location"] == "simple/"


def test_a_redirect_never_leaves_the_site(client, app):
    answer = client.get("/simple/javascript:alert(1)")
    assert answer.headers["Location"].startswith("javascript%3A")


def test_an_unknown_project_is_not_found(client, app):
    answer = client.get("/simple/nothing/")
    assert (answer.status_code, answer.mimetype) == (404, "text/plain")
    assert answer.headers["X-Error-Code"] == "project-not-found"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_check_70_stable_and_pre_releases_are_all_told(client, demo):
    by_version = {file["filename"]: file for file in read(client)["files"]}
    assert by_version["foo_bar_baz-1.0-py3-none-any.whl"]["requires-python"] == ">=3.9"
    assert "foo_bar_baz-2.0rc1-py3-none-any.whl" in by_version


def test_check_71_a_yank_comes_and_goes(client, demo):
    def yanks():
        return [file["yanked"] for file in read(client)["files"]]

    before = yanks()
    with transaction():
        services.unyank(OPERATOR, get_release(demo.id, "1.1").id)
    assert before == [False, False, "broken build", False, False]
    assert yanks() == [False] * 5


def test_check_72_html_tells_yanks_with_a_value(client, demo):
    yanked = [a for a in Anchors(client.get(PAGE).text).found if "data-yanked" in a]
    assert [anchor["data-yanked"] for anchor in yanked] == ["broken build"]


def test_check_17_core_metadata_is_told_for_wheels_only(client, demo):
    files = {file["filename"]: file for file in read(client)["files"]}
    assert "core-metadata" in files["foo_bar_baz-1.0-py3-none-any.whl"]
    assert "core-metadata" not in files["foo_bar_baz-1.0.tar.gz"]


def test_check_76_the_root_lists_projects_by_name(client, demo):
    make_project("abc")
    assert [a["href"] for a in Anchors(client.get("/simple/").text).found] == [
        "abc/",
        "foo-bar-baz/",
    ]
    assert read(client, "/simple/")["projects"] == [{"name": "abc"}, {"name": "Foo.Bar_baz"}]


def test_check_77_a_project_in_quarantine_offers_nothing(client, demo):
    with transaction():
        project = db.session.get(Project, demo.id)
        project.status, project.status_reason = "quarantined", "malware"
    page = read(client)
    assert page["project-status"] == {"status": "quarantined", "reason": "malware"}
    assert (page["files"], page["versions"]) == ([], [])
    assert read(client, "/simple/")["projects"] == []


@pytest.mark.parametrize("fact", ["removed_at", "quarantined_at"])
def test_what_was_withdrawn_is_not_listed(client, app, fact):
    make_file(make_release(make_project("foo")), **{fact: clock.now()})
    page = read(client, "/simple/foo/")
    assert (page["files"], page["versions"]) == ([], [])


def test_what_was_removed_is_not_listed(client, demo):
    with transaction():
        services.delete_release(OPERATOR, get_release(demo.id, "1.0").id, "1.0")
    assert "1.0" not in read(client)["versions"]
    with transaction():
        services.delete_project(OPERATOR, demo.id, demo.name)
    assert client.get(PAGE).status_code == 404
    assert read(client, "/simple/")["projects"] == []


@pytest.mark.parametrize("accept", ["text/html", HTML_TYPE, JSON_TYPE])
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_check_79_who_has_the_page_gets_304(client, demo, accept, encoding):
    headers = {"Accept": accept, "Accept-Encoding": encoding}
    first = client.get(PAGE, headers=headers)
    again = client.get(PAGE, headers={**headers, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    for name in ("ETag", "Cache-Control", "Vary"):
        assert again.headers[name] == first.headers[name]


def test_check_79_every_variant_has_its_own_strong_validator(client, demo):
    validators = {
        client.get(PAGE, headers={"Accept": accept, "Accept-Encoding": encoding}).headers["ETag"]
        for accept in ("text/html", HTML_TYPE, JSON_TYPE)
        for encoding in ("gzip", "identity")
    }
    assert len(validators) == 6
    assert all(validator.startswith('"') for validator in validators)


def test_validators_have_the_form_that_nginx_gives_to_files(client, demo):
    answer = client.get(PAGE, headers=AS_JSON)
    assert answer.headers["ETag"] == f'"{demo.last_serial * 8 + 2:x}-{len(answer.data):x}"'


def test_check_79_an_upload_changes_the_validator(client, demo):
    before = client.get(PAGE).headers["ETag"]
    make_file(make_release(db.session.get(Project, demo.id), "4.0"))
    assert client.get(PAGE, headers={"If-None-Match": before}).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        lambda file: services.yank(OPERATOR, file.release_id, "bad"),
        lambda file: services.delete_file(OPERATOR, file.id, file.filename),
        lambda file: services.delete_release(OPERATOR, file.release_id, "1.0"),
        lambda file: services.quarantine_file(file.id, "bad"),
        lambda file: services.change_status(OPERATOR, file.release.project_id, "archived"),
    ],
    ids=["yank", "delete file", "delete release", "quarantine", "archive"],
)
def test_check_79_every_change_changes_the_validators(client, app, change):
    file = make_file(make_release(make_project("foo"), "1.0"))
    make_file(make_release(db.session.get(Project, file.release.project_id), "2.0"))
    paths = ("/simple/foo/", "/pypi/foo/json")
    before = {path: client.get(path).headers["ETag"] for path in paths}
    with transaction():
        change(db.session.get(File, file.id))
    after = {path: client.get(path).headers["ETag"] for path in paths}
    assert not set(before.items()) & set(after.items())


def test_another_version_that_was_demanded_is_refused(client, demo):
    answer = client.get(PAGE, headers={"If-Match": '"old"'})
    assert (answer.status_code, answer.mimetype) == (412, "text/plain")


def test_check_80_pages_are_always_asked_for_again(client, demo):
    assert client.get(PAGE).headers["Cache-Control"] == "no-cache"
    assert client.get("/simple/").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate", "gzip"),
        ("gzip, deflate, zstd, br", "gzip"),
        ("identity", None),
        ("gzip;q=0", None),
        ("gzip;q=0.5, identity", None),
        ("br, zstd", None),
        ("", None),
        (None, None),
    ],
)
def test_check_81_pages_are_compressed_for_who_asks(client, demo, accepted, encoding):
    headers = {} if accepted is None else {"Accept-Encoding": accepted}
    answer = client.get(PAGE, headers=headers)
    assert answer.headers.get("Content-Encoding") == encoding
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_check_81_unpacked_it_is_the_same_page(client, demo):
    packed = client.get(PAGE, headers={"Accept-Encoding": "gzip"}).data
    assert gzip.decompress(packed) == client.get(PAGE).data


def test_check_82_head_tells_what_get_would(client, demo):
    head, get = client.head(PAGE), client.get(PAGE)
    assert head.data == b""
    assert head.status_code == get.status_code
    for name in ("ETag", "Content-Length", "Content-Type", "Vary", "X-PyPI-Last-Serial"):
        assert head.headers[name] == get.headers[name]


def test_pages_and_root_tell_their_serials(client, demo):
    assert client.get(PAGE).headers["X-PyPI-Last-Serial"] == str(demo.last_serial)
    names_serial = get_index().names_serial
    assert client.get("/simple/").headers["X-PyPI-Last-Serial"] == str(names_serial)


def test_check_86_latest_is_answered_with_the_real_type(client, demo):
    accept = {"Accept": "application/vnd.pypi.simple.latest+json"}
    assert client.get(PAGE, headers=accept).headers["Content-Type"] == JSON_TYPE


def test_check_86_nothing_acceptable_is_told(client, demo):
    answer = client.get(PAGE, headers={"Accept": "application/xml"})
    assert answer.status_code == 406
    assert JSON_TYPE in answer.text


def test_check_86_the_address_may_name_the_form(client, demo):
    assert client.get(f"{PAGE}?format={JSON_TYPE}").headers["Content-Type"] == JSON_TYPE


@pytest.mark.parametrize("path", ["/simple/", "/simple", PAGE, PAGE.rstrip("/")])
def test_check_67_these_addresses_are_for_reading(client, demo, path):
    answer = client.post(path, data={"name": "foo"})
    assert (answer.status_code, answer.mimetype) == (405, "text/plain")
    assert "/legacy/" in answer.text
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_check_88_no_page_names_a_host_or_a_prefix(client, demo):
    answer = client.get(PAGE, headers={"X-Forwarded-Host": "evil", "X-Forwarded-Prefix": "/pkgs"})
    assert {a["href"].partition("/files/")[0] for a in Anchors(answer.text).found} == {"../.."}


def test_check_6_hatch_finds_its_probe(client, demo):
    answer = client.get("/legacy/%2Bsimple/foo-bar-baz/", headers=AS_JSON)
    assert answer.mimetype == "text/html"
    assert "../../../files/" in Anchors(answer.text).found[0]["href"]
    assert client.get("/legacy/+simple/nothing/").status_code == 404


def test_programs_in_browsers_may_read_a_public_index(client, demo):
    answer = client.options(PAGE)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "If-None-Match" in answer.headers["Access-Control-Allow-Headers"]


def test_a_page_takes_few_queries_once_and_then_none(client, app, queries):
    project = make_project("foo")
    for number in range(12):
        make_file(make_release(project, f"{number}.0"))
    queries.clear()
    client.get("/simple/foo/")
    # One more to open the index, because nothing at all was on the shelf.
    assert len(queries) <= 5
    queries.clear()
    client.get("/simple/foo/")
    assert queries == []
    assert db.session.query(File).count() == 12
