"""Index pages, files and the JSON API over HTTP, on every server and database."""

import gzip
import hashlib
import io
import itertools
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from app.accounts.actors import OPERATOR
from app.core.database import transaction
from app.indexes.queries import get_index
from app.indexes.services import change_visibility
from app.projects.queries import get_project, get_release
from app.projects.services import change_status, delete_release, unyank, yank
from tests.archives import make_sdist, make_wheel, sdist_name, wheel_name
from tests.functional.house import PASSWORD, House
from tests.functional.uploading import basic, publish

V1_JSON = "application/vnd.pypi.simple.v1+json"
V1_HTML = "application/vnd.pypi.simple.v1+html"
PIP = f"{V1_JSON}, {V1_HTML}; q=0.1, text/html; q=0.01"
NAME = "check-pages"
WHEEL = wheel_name(NAME, "1.0")
SDIST = sdist_name(NAME, "1.0")


class Anchors(HTMLParser):
    """Collects meta fields and links with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.metas: dict[str | None, str | None] = {}
        self.links: list[dict[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "meta":
            self.metas[dict(attrs).get("name")] = dict(attrs).get("content")
        if tag == "a":
            self.links.append(dict(attrs))


@pytest.fixture
def page(house: House) -> str:
    """Give the path of a project's page with a wheel and an sdist."""
    facts = {"requires_python": ">=3.8", "requires_dist": ["dep-one"]}
    publish(house, WHEEL, make_wheel(NAME, "1.0", **facts))
    publish(house, SDIST, make_sdist(NAME, "1.0", **facts))
    return f"/simple/{NAME}/"


@pytest.fixture
def wheel(house: House, page: str) -> str:
    """Give the path of the wheel."""
    return path_of(house, NAME, WHEEL)


@pytest.fixture
def sdist(house: House, page: str) -> str:
    """Give the path of the sdist."""
    return path_of(house, NAME, SDIST)


def path_of(house: House, project: str, filename: str) -> str:
    url = next(file["url"] for file in house.page(project)["files"] if file["filename"] == filename)
    return httpx.URL(house.url).join(f"/simple/{project}/").join(url).path


@contextmanager
def visible_to(house: House, visibility: str) -> Iterator[None]:
    set_visibility(house, visibility)
    try:
        yield
    finally:
        set_visibility(house, "public")


def set_visibility(house: House, visibility: str) -> None:
    with house.inside(), transaction():
        change_visibility(get_index(), visibility)


def get(house: House, path: str, **headers: str) -> httpx.Response:
    return house.http.get(path, headers={k.replace("_", "-"): v for k, v in headers.items()})


def test_check_11_json_page_is_what_the_standard_says(house, page):
    answer = get(house, page, Accept=V1_JSON)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == V1_JSON
    assert "accept" in answer.headers["Vary"].lower()
    told = answer.json()
    assert told["meta"]["api-version"] == "1.4"
    assert (told["name"], told["versions"]) == (NAME, ["1.0"])
    for file in told["files"]:
        assert None not in file.values()
        assert set(file) >= {"filename", "url", "hashes", "size", "upload-time", "yanked"}
        assert file["hashes"]["sha256"] == file["hashes"]["sha256"].lower()
        assert file["upload-time"].endswith("Z")
        assert "dist-info-metadata" not in file


@pytest.mark.parametrize("accept", [None, "*/*", "text/html", V1_HTML])
def test_check_12_without_a_wish_the_page_is_html(house, page, accept):
    answer = get(house, page, **({"Accept": accept} if accept else {}))
    assert answer.headers["Content-Type"].partition(";")[0] in {"text/html", V1_HTML}
    assert answer.text.lower().startswith("<!doctype html>")
    found = Anchors(answer.text)
    assert found.metas["pypi:repository-version"] == "1.4"
    assert len(found.links) == 2


def test_check_14_other_spellings_lead_to_the_page(house, page):
    answer = get(house, "/simple/Check_.Pages/")
    assert answer.status_code in {301, 308}
    target = httpx.URL(answer.url).join(answer.headers["Location"])
    assert target.path == f"{house.prefix}{page}"


def test_check_15_wheel_has_the_bytes_that_the_page_promises(house, wheel):
    answer = get(house, wheel)
    promised = next(file for file in house.page(NAME)["files"] if file["filename"] == WHEEL)
    assert hashlib.sha256(answer.content).hexdigest() == promised["hashes"]["sha256"]
    assert int(answer.headers["Content-Length"]) == len(answer.content) == promised["size"]
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_check_16_sdist_is_sent_as_it_is(house, sdist):
    answer = get(house, sdist)
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert gzip.decompress(answer.content)


def test_check_17_metadata_of_a_wheel_is_served_beside_it(house, wheel, sdist):
    answer = get(house, f"{wheel}.metadata")
    archive = zipfile.ZipFile(io.BytesIO(get(house, wheel).content))
    inside = archive.read("check_pages-1.0.dist-info/METADATA")
    files = {file["filename"]: file for file in house.page(NAME)["files"]}
    assert answer.content == inside
    assert files[WHEEL]["core-metadata"] == {"sha256": hashlib.sha256(inside).hexdigest()}
    assert "core-metadata" not in files[SDIST]
    assert get(house, f"{sdist}.metadata").status_code == 404


def test_check_20_closed_index_asks_strangers_who_they_are(house, page):
    with visible_to(house, "members"):
        answer = get(house, page)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")
    assert WHEEL not in answer.text


def test_check_21_closed_index_serves_everything_to_its_members(house, page, wheel):
    key = basic(house.token)
    with visible_to(house, "members"):
        paths = (page, wheel, f"{wheel}.metadata")
        answers = [get(house, path, Authorization=key) for path in paths]
    assert [answer.status_code for answer in answers] == [200, 200, 200]


def test_check_22_wrong_password_is_refused_everywhere(house, page, wheel):
    with visible_to(house, "members"):
        answers = [get(house, path, Authorization=basic("wrong")) for path in (page, wheel)]
    assert [answer.status_code for answer in answers] == [401, 401]


def test_check_24_known_stranger_is_forbidden_and_told_no_404(house, page):
    house.make_account("passer-by", may_publish=False)
    key = basic(house.make_token("passer-by", scope="read"))
    with visible_to(house, "members"):
        answer = get(house, page, Authorization=key)
    assert answer.status_code == 403


def test_check_25_name_that_is_not_here_is_404(house):
    assert get(house, "/simple/nobody-has-this/").status_code == 404


def test_check_29_credentials_show_up_nowhere(house, page):
    secret = house.make_token()
    with visible_to(house, "members"):
        answers = [
            get(house, path, Authorization=basic(secret), Accept=accept)
            for path in (page, "/simple/", "/simple/Check_Pages/", f"/pypi/{NAME}/json")
            for accept in (V1_JSON, "text/html")
        ]
    told = "".join(f"{answer.headers}{answer.text}" for answer in answers)
    logged = house.log_path.read_text()
    assert secret not in told + logged
    assert basic(secret) not in told + logged


@pytest.mark.parametrize("reason", ["", 'broken "<&>" build'])
def test_check_72_yank_is_told_in_both_forms(house, reason):
    name = "check-72"
    publish(house, wheel_name(name), make_wheel(name))
    with house.inside(), transaction():
        release = get_release(get_project(get_index().id, name).id, "1.0").id
        yank(OPERATOR, release, reason)
    html = Anchors(get(house, f"/simple/{name}/").text)
    told = house.page(name)["files"][0]["yanked"]
    with house.inside(), transaction():
        unyank(OPERATOR, release)
    assert html.links[0]["data-yanked"] == reason
    assert told == (reason or True)
    assert house.page(name)["files"][0]["yanked"] is False


def test_check_77_quarantine_hides_files_and_stops_them(house):
    name = "check-77"
    publish(house, wheel_name(name), make_wheel(name))
    path = path_of(house, name, wheel_name(name))
    set_status(house, name, "quarantined")
    told = house.page(name)
    answers = [get(house, path), get(house, f"{path}.metadata")]
    set_status(house, name, "active")
    assert told["files"] == []
    assert told["project-status"]["status"] == "quarantined"
    assert {answer.status_code for answer in answers} <= {403, 404}
    assert get(house, path).status_code == 200


def set_status(house: House, name: str, status: str) -> None:
    with house.inside(), transaction():
        change_status(OPERATOR, get_project(get_index().id, name).id, status)


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("accept", [V1_JSON, "text/html"])
def test_check_79_unchanged_page_is_not_sent_again(house, page, accept, encoding):
    first = get(house, page, Accept=accept, Accept_Encoding=encoding)
    wanted = {"Accept": accept, "Accept_Encoding": encoding, "If_None_Match": first.headers["ETag"]}
    again = get(house, page, **wanted)
    assert (again.status_code, again.content) == (304, b"")
    for name in ("ETag", "Cache-Control", "Vary"):
        assert again.headers[name] == first.headers[name]


def test_check_79_every_form_of_a_page_has_its_own_etag(house, page):
    forms = list(itertools.product((V1_JSON, V1_HTML), ("identity", "gzip")))
    tags = {get(house, page, Accept=a, Accept_Encoding=e).headers["ETag"] for a, e in forms}
    assert len(tags) == 4
    assert not any(tag.startswith("W/") for tag in tags)


def test_check_79_etag_changes_with_every_change(house):
    name = "check-79"
    tags = []

    def note() -> None:
        tags.append(get(house, f"/simple/{name}/").headers["ETag"])

    for version in ("1.0", "2.0"):
        publish(house, wheel_name(name, version), make_wheel(name, version))
        note()
    with house.inside():
        project = get_project(get_index().id, name).id
        release = get_release(project, "2.0").id
    changes: list[Any] = [
        lambda: yank(OPERATOR, release),
        lambda: change_status(OPERATOR, project, "deprecated"),
        lambda: delete_release(OPERATOR, release, "2.0"),
    ]
    for change in changes:
        with house.inside(), transaction():
            change()
        note()
    assert len(set(tags)) == 5


def test_check_80_page_must_be_asked_for_again_at_once(house, page):
    assert "no-cache" in get(house, page).headers["Cache-Control"]
    publish(house, wheel_name(NAME, "1.1"), make_wheel(NAME, "1.1"))
    assert wheel_name(NAME, "1.1") in house.filenames(NAME)


def test_check_81_pages_are_compressed_on_demand_only(house, page):
    packed = get(house, page, Accept_Encoding="gzip")
    plain = get(house, page, Accept_Encoding="identity")
    modern = get(house, page, Accept_Encoding="br, zstd")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "accept-encoding" in packed.headers["Vary"].lower()
    assert "Content-Encoding" not in plain.headers
    assert "Content-Encoding" not in modern.headers
    assert packed.text == plain.text


def test_check_81_files_are_never_compressed(house, wheel, sdist):
    for path in (wheel, sdist, f"{wheel}.metadata"):
        assert "Content-Encoding" not in get(house, path, Accept_Encoding="gzip, zstd").headers


def test_check_82_head_tells_what_get_would(house, page, wheel):
    for path in (page, wheel, f"{wheel}.metadata"):
        whole, head = get(house, path), house.http.head(path)
        assert (head.status_code, head.content) == (200, b"")
        for name in ("Content-Type", "Content-Length", "ETag", "Accept-Ranges", "Cache-Control"):
            assert head.headers.get(name) == whole.headers.get(name), (path, name)


@pytest.mark.parametrize(
    ("wanted", "begin", "end"), [("0-99", 0, 100), ("100-", 100, None), ("-100", -100, None)]
)
def test_check_83_part_of_a_file(house, wheel, wanted, begin, end):
    whole = get(house, wheel).content
    answer = get(house, wheel, Range=f"bytes={wanted}")
    assert answer.status_code == 206
    assert answer.content == whole[begin:end]
    assert answer.headers["Content-Range"].endswith(f"/{len(whole)}")


def test_check_83_end_longer_than_the_file_is_the_file(house, wheel):
    whole = get(house, wheel).content
    assert len(whole) < 10_000
    answer = get(house, wheel, Range="bytes=-10000")
    assert answer.status_code in {200, 206}
    assert answer.content == whole


def test_check_83_range_behind_the_end(house, wheel):
    answer = get(house, wheel, Range="bytes=999999999-")
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(get(house, wheel).content)}"


@pytest.mark.parametrize("wanted", ["bytes=0-0,5-9", "bytes=nonsense", "miles=1-2"])
def test_check_83_odd_ranges_get_the_file(house, wheel, wanted):
    assert get(house, wheel, Range=wanted).status_code in {200, 206}


def test_check_84_if_range(house, wheel):
    tag = get(house, wheel).headers["ETag"]
    same = get(house, wheel, Range="bytes=5-", If_Range=tag)
    other = get(house, wheel, Range="bytes=5-", If_Range='"other"')
    assert (same.status_code, other.status_code) == (206, 200)


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/vnd.pypi.simple.latest+json", V1_JSON),
        (f"{V1_JSON};q=0, text/html", "text/html"),
        (PIP, V1_JSON),
    ],
)
def test_check_86_negotiation(house, page, accept, kind):
    assert get(house, page, Accept=accept).headers["Content-Type"].partition(";")[0] == kind


def test_check_86_what_we_do_not_have(house, page):
    assert get(house, page, Accept="application/xml").status_code == 406


def test_check_86_format_in_the_address(house, page):
    answer = house.http.get(page, params={"format": V1_JSON})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, V1_JSON)


def test_check_88_links_are_relative(house, page):
    links = [file["url"] for file in house.page(NAME)["files"]]
    links += [str(link["href"]) for link in Anchors(get(house, page).text).links]
    assert all(link.startswith("../../files/") for link in links)


def test_check_89_json_api(house, page):
    told = get(house, f"/pypi/{NAME}/json").json()
    one = get(house, f"/pypi/{NAME}/1.0/json").json()
    assert told["info"]["name"] == NAME
    assert "1.0" in told["releases"]
    assert {file["filename"] for file in one["urls"]} == {WHEEL, SDIST}


@pytest.mark.parametrize("path", ["/_/oidc/audience", "/.well-known/pytp?discover=%2Flegacy%2F"])
def test_check_90_what_we_do_not_offer_is_404_in_json(house, path):
    answer = get(house, path)
    assert answer.status_code == 404
    assert "json" in answer.headers["Content-Type"]


def test_root_page_lists_relative_names(house, page):
    found = Anchors(get(house, "/simple/").text)
    assert f"{NAME}/" in [link["href"] for link in found.links]
    assert NAME in house.names()


def test_session_password_is_no_key_for_machines(house, page):
    house.make_account("reader")
    with visible_to(house, "members"):
        answer = get(house, page, Authorization=basic(PASSWORD, "reader"))
    assert answer.status_code == 401


def test_half_a_request_keeps_nobody_waiting(house, page):
    with house.connect() as slow:
        slow.sendall(f"GET {house.prefix}/simple/ HTTP/1.1\r\nHost: x\r\nX-Slow: ".encode())
        assert get(house, page).status_code == 200
