from io import BytesIO

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app.extensions import db
from app.journal.models import Entry
from app.pages import queries
from app.pages.pictures import MOST_BYTES
from tests.factories import make_account, sign_in
from tests.pages.pictures import png
from tests.pages.writing import write
from tests.site.pages import faults, soup

EDIT = "/admin/pages/edit?path={path}&locale={locale}"


def send(client, path, deed="publish", *, locale="en", base=0, **fields):
    form = {"title": "Title", "body": "Text", "base": base, "deed": deed} | fields
    return client.post(EDIT.format(path=path, locale=locale), data=form)


@pytest.fixture(autouse=True)
def _logged_in(client, boss):
    pass


def tags():
    return [entry.tag for entry in db.session.query(Entry).order_by(Entry.id)]


def test_all_pages_are_listed_with_their_state(client):
    write("/plans", publish=False)
    answer = client.get("/admin/pages/")
    assert faults(answer) == []
    rows = {row.th.a.text: row for row in soup(answer).select("tbody tr")}
    assert "Draft" in rows["/plans"].text
    assert "As it came" in rows["/help/pip"].text
    assert "/company/history" in rows


def test_pages_are_found_by_words_and_state(client):
    write("/plans", title="The Käse plan", publish=False)
    for query in ("q=KÄSE", "state=draft", "q=/plan"):
        links = soup(client.get(f"/admin/pages/?{query}")).select("tbody th a")
        assert [link.text for link in links] == ["/plans"]
    assert "No page is like that" in client.get("/admin/pages/?q=%27%25_nothing").text


def test_the_list_asks_the_same_for_one_page_and_for_twenty(client, queries):
    write("/page")
    client.get("/admin/pages/")
    queries.clear()
    client.get("/admin/pages/")
    few = len(queries)
    for number in range(20):
        write(f"/page{number}")
    client.get("/admin/pages/")
    queries.clear()
    client.get("/admin/pages/")
    assert len(queries) == few <= 6


def test_a_page_is_made_written_and_published(client, app):
    answer = client.post("/admin/pages/new", data={"path": "/Company/Jobs", "locale": "de"})
    assert answer.status_code == 303
    assert answer.location.endswith("?path=/company/jobs&locale=de")
    assert client.get(answer.location).status_code == 200
    assert send(client, "/company/jobs", "save", locale="de", title="Stellen").status_code == 303
    reader = app.test_client()
    assert reader.get("/company/jobs").status_code == 404
    assert send(client, "/company/jobs", base=1, locale="de", title="Stellen").status_code == 303
    assert "Stellen" in reader.get("/company/jobs").text


@pytest.mark.parametrize(
    ("path", "rule"),
    [("/search", "/search"), ("/project/x/", "/project/"), ("/simple", "/simple"), ("/locale", "")],
)
def test_the_editor_says_that_the_application_wins(client, path, rule):
    answer = client.post("/admin/pages/new", data={"path": path, "locale": "en"})
    assert answer.status_code == 409
    assert faults(answer) == []
    told = soup(answer).select_one(".field-errors").text
    assert "always wins over a page" in told
    assert rule in told


def test_a_page_that_the_application_hides_is_marked(client):
    write("/plans")
    page = queries.get_page("/plans")
    page.path = "/classifiers"
    db.session.commit()
    assert "hidden by" in client.get("/admin/pages/").text
    assert "always wins" in client.get("/admin/pages/edit?path=/classifiers").text


@pytest.mark.parametrize(
    "path",
    ["", "about", "/a b", "/../x", "/a//\\b", "/a\x00b", "/" + "a" * 2000, "/<script>", "//", "/"],
)
def test_a_path_that_cannot_be_is_refused(client, path):
    answer = client.post("/admin/pages/new", data={"path": path, "locale": "en"})
    assert answer.status_code in {400, 409}
    assert soup(answer).select_one(".field-errors")


@pytest.mark.parametrize("path", ["/about", "/Help/", "/help"])
def test_two_pages_cannot_be_at_one_path(client, path):
    answer = client.post("/admin/pages/new", data={"path": path, "locale": "en"})
    assert answer.status_code == 409


def test_a_text_that_came_with_the_software_is_where_writing_begins(client):
    page = soup(client.get(EDIT.format(path="/help/pip", locale="de")))
    assert "{{ index_url }}" in page.find("textarea").text
    assert page.find("input", id="title")["value"] == "pip"


def test_the_editor_is_well_formed(client):
    write("/plans", publish=False)
    for path in ("/help/pip", "/plans"):
        assert faults(client.get(EDIT.format(path=path, locale="en"))) == []


def test_a_preview_changes_nothing(client):
    answer = send(client, "/about", "preview", body="# Hello\n\n{{ site_name }}")
    assert answer.status_code == 200
    assert faults(answer) == []
    shown = soup(answer).select_one("[data-preview-target]")
    assert shown.h2.text == "Hello"
    assert "Tilsit" in shown.text
    assert queries.find_page("/about") is None


def test_a_preview_for_scripts_is_the_same(client):
    told = client.post("/admin/pages/preview", data={"body": "*so* <script>alert(1)</script>"})
    assert "<em>so</em>" in told.json["html"]
    assert "<script" not in told.json["html"]
    told = client.post("/admin/pages/preview", data={"body": "x" * 60_000})
    assert told.status_code == 400
    told = client.post("/admin/pages/preview", data={"body": "{{ if upstreams }}\nx"})
    assert told.status_code == 400
    assert told.json["error"]


def test_a_preview_reads_lines_as_browsers_send_them(client):
    body = "{{ if upstreams }}\r\nfar\r\n{{ else }}\r\nnear\r\n{{ end }}\r\n"
    shown = soup(send(client, "/about", "preview", body=body)).select_one("[data-preview-target]")
    assert shown.text.strip() == "near"


def test_two_editors_at_once_lose_nothing(client):
    send(client, "/plans-x", base=0)
    write("/plans", "first\n")
    assert send(client, "/plans", "save", base=1, body="mine\n").status_code == 303
    answer = send(client, "/plans", base=1, body="yours\n")
    assert answer.status_code == 409
    assert faults(answer) == []
    page = soup(answer)
    assert "mine" in page.select_one(".difference del").text
    assert "yours" in page.select_one(".difference ins").text
    assert page.find("textarea").text.strip() == "yours"
    base = page.find("input", id="base")["value"]
    assert send(client, "/plans", base=base, body="both\n").status_code == 303
    bodies = [
        version.body for version in queries.list_versions(queries.get_page("/plans").id, "en")
    ]
    assert bodies == ["both\n", "mine\n", "first\n"]


def test_the_history_tells_who_changed_what(client):
    write("/plans", "one\ntwo\n")
    send(client, "/plans", base=1, body="one\nthree\n", note="Better")
    answer = client.get("/admin/pages/history?path=/plans&locale=en")
    assert faults(answer) == []
    page = soup(answer)
    assert [tag.text for tag in page.select(".difference del")] == ["two"]
    assert [tag.text for tag in page.select(".difference ins")] == ["three"]
    assert page.select_one(".difference-new .visually-hidden").text == "Added:"
    assert "Better" in page.text
    assert "boss" in page.text
    first = client.get("/admin/pages/history?path=/plans&locale=en&new=1")
    assert "one" in soup(first).select_one(".difference ins").parent.parent.text


@pytest.mark.parametrize("query", ["new=99", "old=77", "new=99999999999999999999"])
def test_a_version_that_is_not_there_is_not_found(client, query):
    write("/plans")
    assert client.get(f"/admin/pages/history?path=/plans&locale=en&{query}").status_code == 404


def test_an_old_version_is_restored_as_a_draft(client, app):
    write("/plans", "old text")
    write("/plans", "new text")
    client.post("/admin/pages/restore?path=/plans&locale=en", data={"number": 1})
    assert "new text" in app.test_client().get("/plans").text
    client.post("/admin/pages/publish?path=/plans&locale=en")
    assert "old text" in app.test_client().get("/plans").text


def test_a_page_that_came_with_the_software_is_changed_withdrawn_and_reset(client, app):
    reader = app.test_client()
    send(client, "/terms", body="Our own terms")
    assert "Our own terms" in reader.get("/terms").text
    client.post("/admin/pages/withdraw?path=/terms&locale=en")
    assert soup(reader.get("/terms")).article["lang"] == "de"
    client.post("/admin/pages/reset?path=/terms&locale=en")
    assert "What is not promised" in reader.get("/terms").text
    versions = queries.list_versions(queries.get_page("/terms").id, "en")
    assert "Our own terms" in versions[0].body


def test_a_page_is_removed_when_its_path_is_typed(client):
    write("/plans")
    url = "/admin/pages/remove?path=/plans&locale=en"
    assert client.post(url, data={"remove-confirmation": "/other"}).status_code == 400
    assert client.post(url, data={"remove-confirmation": "/plans"}).status_code == 303
    assert queries.find_page("/plans") is None
    assert client.get("/plans").status_code == 404


def test_a_page_that_came_with_the_software_cannot_be_removed(client):
    send(client, "/terms")
    url = "/admin/pages/remove?path=/terms&locale=en"
    assert client.post(url, data={"remove-confirmation": "/terms"}).status_code == 409


def test_a_page_is_moved_and_leaves_a_redirect(client):
    write("/plans")
    form = {"place-path": "/company/plans/", "place-leaves_redirect": "y"}
    assert client.post("/admin/pages/place?path=/plans&locale=en", data=form).status_code == 303
    assert client.get("/plans").location == "/company/plans/"
    assert client.get("/company/plans/").status_code == 200


def test_what_is_done_stands_in_the_journal(client):
    send(client, "/terms")
    client.post("/admin/pages/withdraw?path=/terms&locale=en")
    client.post("/admin/pages/reset?path=/terms&locale=en")
    assert tags()[-4:] == ["page-saved", "page-published", "page-withdrawn", "page-reset"]


# Menus and redirects


def test_a_link_is_put_into_the_footer_and_moved(client, app):
    form = {"place": "footer", "target": "/help/uv", "label_en": "For uv", "label_de": "Für uv"}
    assert client.post("/admin/pages/menus", data=form).status_code == 303
    assert faults(client.get("/admin/pages/menus")) == []
    link = {"place": "footer", "target": "/help/uv"}
    for _time in range(9):
        assert client.post("/admin/pages/menus/link/up", data=link).status_code == 303
    links = soup(app.test_client().get("/classifiers/")).select("footer nav a")
    assert links[0].text == "For uv"
    assert links[1].text == "About"
    client.post("/admin/pages/menus/link/remove", data=link)
    assert "For uv" not in client.get("/classifiers/").text
    client.post("/admin/pages/menus/reset")
    assert "These are the links that came" in client.get("/admin/pages/menus").text


def test_labels_are_in_the_language_of_the_reader(client, app):
    form = {"place": "header", "target": "https://chat.example.org/", "label_de": "Plausch"}
    client.post("/admin/pages/menus", data=form)
    link = soup(app.test_client().get("/classifiers/")).select_one("header nav a[lang]")
    assert (link.text, link["lang"]) == ("Plausch", "de")


def test_a_link_to_a_page_that_nobody_sees_is_left_out(client):
    write("/plans", publish=False)
    form = {"place": "footer", "target": "/plans", "label_en": "Plans"}
    client.post("/admin/pages/menus", data=form)
    assert not soup(client.get("/classifiers/")).footer.find("a", href="/plans")
    client.post("/admin/pages/publish?path=/plans&locale=en")
    assert soup(client.get("/classifiers/")).footer.find("a", href="/plans")


@pytest.mark.parametrize(
    "form",
    [
        {"target": "javascript:alert(1)", "label_en": "x"},
        {"target": "http://plain.example/", "label_en": "x"},
        {"target": "//evil.example/", "label_en": "x"},
        {"target": "/\\evil.example/", "label_en": "x"},
        {"target": "https://user@evil.example/", "label_en": "x"},
        {"target": "https://[", "label_en": "x"},
        {"target": "/about\nX: y", "label_en": "x"},
        {"target": "/about"},
        {"target": "/about", "label_en": "x" * 100},
        {"target": "/about", "label_en": "x", "place": "middle"},
    ],
)
def test_a_link_that_cannot_be_is_refused(client, form):
    answer = client.post("/admin/pages/menus", data={"place": "footer", **form})
    assert answer.status_code == 400
    assert soup(answer).select_one(".field-errors, .message-error")


def test_a_redirect_is_made_changed_and_removed(client):
    form = {"path": "/old", "target": "/about", "is_permanent": "y"}
    assert client.post("/admin/pages/redirects", data=form).status_code == 303
    assert client.get("/old").location == "/about"
    client.post("/admin/pages/redirects", data=form | {"target": "/team"})
    assert client.get("/old").location == "/team"
    assert faults(client.get("/admin/pages/redirects")) == []
    client.post("/admin/pages/redirects/remove", data={"path": "/old"})
    assert client.get("/old").status_code == 404


@pytest.mark.parametrize("target", ["/b", "/B/", "/b?x=1", "/b#x"])
def test_a_loop_of_redirects_is_refused(client, target):
    client.post("/admin/pages/redirects", data={"path": "/b", "target": "/c"})
    client.post("/admin/pages/redirects", data={"path": "/c", "target": "/d"})
    answer = client.post("/admin/pages/redirects", data={"path": "/d", "target": target})
    assert answer.status_code == 409
    assert "back to itself" in soup(answer).select_one(".field-errors").text


def test_a_chain_of_more_than_five_redirects_is_refused(client):
    statuses = [
        client.post("/admin/pages/redirects", data={"path": f"/r{n}", "target": f"/r{n - 1}"})
        for n in range(1, 7)
    ]
    assert [answer.status_code for answer in statuses] == [303] * 5 + [409]


@pytest.mark.parametrize("path", ["/about", "/search", "/help", "/plans"])
def test_a_redirect_cannot_lie_where_something_is(client, path):
    write("/plans")
    answer = client.post("/admin/pages/redirects", data={"path": path, "target": "/team"})
    assert answer.status_code == 409


# Pictures


def upload(client, content, filename="Käse Rad.PNG", **form):
    boundary, body = encode_multipart({"image": FileStorage(BytesIO(content), filename), **form})
    kind = f"multipart/form-data; boundary={boundary}"
    return client.post("/admin/pages/images", data=body, content_type=kind)


def test_a_picture_is_uploaded_shown_and_kept_while_it_is_used(client, app):
    assert upload(client, png(3, 2)).status_code == 303
    page = soup(client.get("/admin/pages/images"))
    assert faults(client.get("/admin/pages/images")) == []
    src = page.select_one(".page-pictures img")["src"]
    assert src.endswith("/kase-rad.png")
    write("/plans", f"![A wheel]({src})")
    assert soup(app.test_client().get("/plans")).article.img["src"] == src
    answer = client.post(f"/admin/pages/images{src.removeprefix('/media')}/remove")
    assert "/plans (en)" in client.get(answer.location).text
    write("/plans", "without")
    client.post(f"/admin/pages/images{src.removeprefix('/media')}/remove")
    assert client.get(src).status_code == 404


def test_a_picture_may_be_larger_than_other_forms(client):
    assert upload(client, png(3, 2, extra=3 * 1024 * 1024)).status_code == 303
    assert upload(client, png(3, 2, extra=MOST_BYTES + 1000)).status_code == 413
    assert upload(client, png(3, 2, extra=3 * MOST_BYTES)).status_code == 413


def test_a_picture_is_not_taken_without_the_token_of_the_form(client, app, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    assert upload(client, png(3, 2)).status_code == 400


def test_no_picture_is_told_so(client):
    answer = upload(client, b"<svg xmlns='http://www.w3.org/2000/svg'/>", "x.svg")
    assert answer.status_code == 400
    assert "Only PNG, JPEG, WebP and GIF" in soup(answer).select_one(".field-errors").text
    assert client.post("/admin/pages/images", data={}).status_code == 400


def test_others_may_do_nothing(app):
    other = sign_in(app.test_client(), make_account("mallory"))
    assert send(other, "/about").status_code == 403
    assert other.get("/admin/pages/").status_code == 403
    assert queries.find_page("/about") is None
