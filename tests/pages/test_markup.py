from contextlib import suppress

import pytest
from bs4 import BeautifulSoup

from app.pages.exceptions import BadText
from app.pages.facts import gather_facts
from app.pages.filling import fill
from app.pages.markup import render_page
from tests.site.pages import inline

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)></svg>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "<iframe src='https://evil.example/'></iframe>",
    "<style>body{display:none}</style>",
    "<p style='position:fixed'>x</p>",
    "<form action='https://evil.example/'><input name=password></form>",
    "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<details open ontoggle=alert(1)>x</details>",
    "<base href='https://evil.example/'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<object data=x></object><embed src=x>",
    "<!--if upstreams--><script>alert(1)</script><!--end-->",
    "<!--end--><!--if team-->",
    "```html\n<script>alert(1)</script>\n```",
    "```\n</code></pre><script>alert(1)</script>\n```",
    '<pre lang="x"><script>alert(1)</script></pre>',
    "# <img src=x onerror=alert(1)>",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "| <script>alert(1)</script> |\n|---|\n| x |",
    "<a href='https://a.example/' target=_blank onclick=alert(1)>x</a>",
    "[{{ site_name }}]({{ site_name }})",
    "{{ config }} {{ 7*7 }} {{ ''.__class__ }} {% set x = 1 %}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
]


def shown(app, body, base_url="http://localhost"):
    with app.test_request_context(base_url=base_url):
        return str(fill(render_page(body), gather_facts("")))


@pytest.mark.parametrize("body", ATTACKS)
def test_nothing_of_a_text_is_obeyed(app, monkeypatch, body):
    monkeypatch.setitem(app.config, "SITE_NAME", "javascript:alert('\"><script>alert(2)</script>')")
    html = shown(app, body)
    page = BeautifulSoup(html, "html.parser")
    assert inline(page) == []
    assert not page.find(
        ["script", "iframe", "form", "svg", "math", "base", "meta", "object", "style"]
    )
    assert not page.find("img", src=lambda src: src and src.startswith(("http:", "data:", "x")))
    assert "49" not in page.text


@pytest.mark.parametrize(
    "body",
    [
        ">" * 40_000,
        "> - " * 10_000,
        "1. " * 15_000,
        "<div>" * 9_000,
        "<ul><li>" * 5_000,
        "|a" * 20_000 + "\n" + "|-" * 20_000,
        "```python\n" + "(" * 40_000 + "\n```",
        "[" * 40_000,
        "*a_ " * 10_000,
        "{{ if upstreams }}\nx\n{{ end }}\n" * 1_500,
        "{{ site_name }}" * 3_000,
        "{{" * 20_000,
        "`" * 40_000,
        "\u202e🧀" * 10_000,
    ],
)
def test_a_hostile_text_is_rendered_or_refused_in_bounded_time(app, body):
    # Without the limits, the first of them takes half a minute.
    with suppress(BadText):
        shown(app, body)


def test_pictures_come_from_here_or_by_tls(app):
    addresses = (
        "/media/a/b.png",
        "https://a.example/x",
        "http://a.example/x",
        "/static/x.png",
    )
    body = " ".join(f"![]({address})" for address in addresses)
    images = BeautifulSoup(shown(app, body), "html.parser").find_all("img")
    sources = [image.get("src") for image in images]
    assert sources == ["/media/a/b.png", "https://a.example/x", None, None]


def test_links_to_others_say_so(app):
    body = "[a](https://a.example/) [b](/about) [c](//c.example/) [d](mailto:d@example.org)"
    links = BeautifulSoup(shown(app, body), "html.parser").find_all("a")
    assert [link.get("rel") for link in links] == [
        ["nofollow", "noopener"],
        None,
        ["nofollow", "noopener"],
        None,
    ]


def test_headings_begin_below_the_title_and_have_names(app):
    html = shown(app, "# One\n\n## Two\n\n[up](#one)")
    assert '<h2 id="user-content-one">One</h2>' in html
    assert '<h3 id="user-content-two">Two</h3>' in html
    assert 'href="#user-content-one"' in html
    assert '<h2 id="user-content-two">' in shown(app, "## Two")


def test_names_are_never_those_of_the_frame_and_never_twice(app):
    html = shown(
        app, '<div id="main">x</div>\n\n## A\n\n{{ if team }}\n## A\n{{ else }}\n## A\n{{ end }}\n'
    )
    ids = [tag["id"] for tag in BeautifulSoup(html, "html.parser").find_all(id=True)]
    assert "main" not in ids
    assert len(ids) == len(set(ids))


def test_tables_and_code_can_be_reached_and_copied(app):
    page = BeautifulSoup(
        shown(app, "| a |\n|---|\n| 1 |\n\n```python\nimport os\nos\n```"), "html.parser"
    )
    assert page.table["tabindex"] == "0"
    assert page.select_one(".listing pre")["tabindex"] == "0"
    assert page.select_one(".listing .kn").text == "import"
    assert page.select_one("[data-copy]")


# Places


def test_places_are_filled_in_texts_links_and_code(app):
    body = (
        '{{ index_url }} [x]({{ upload_url }}) `{{host}}`\n\n```toml\nurl = "{{ index_url }}"\n```'
    )
    page = BeautifulSoup(shown(app, body, "https://a.example/python"), "html.parser")
    assert page.p.text == "https://a.example/python/simple/ x a.example"
    assert page.a["href"] == "https://a.example/python/legacy/"
    assert (
        page.select_one(".copyable-text").text.strip() == 'url = "https://a.example/python/simple/"'
    )


def test_what_stands_in_a_place_is_text(app, monkeypatch):
    monkeypatch.setitem(app.config, "SITE_NAME", '<b>"Tilsit"</b> & *sons*')
    assert (
        BeautifulSoup(shown(app, "{{ site_name }}"), "html.parser").p.text
        == '<b>"Tilsit"</b> & *sons*'
    )


def test_tags_that_a_text_shows_stay_as_they_were_written(app):
    tag = '<a id="x" href="/y" src="{{ host }}">'
    with app.test_request_context():
        html = str(fill(render_page(f"`{tag}` `{tag}` [y](/y)"), gather_facts("/prefix")))
    page = BeautifulSoup(html, "html.parser")
    shown_tag = tag.replace("{{ host }}", "localhost")
    assert [code.text for code in page.find_all("code")] == [shown_tag, shown_tag]
    assert page.a["href"] == "/prefix/y"


def test_places_are_filled_in_every_part_of_a_link(app):
    html = shown(
        app, '[{{ host }}]({{ site_url }}/x "{{ host }}") <a title="{{ host }}" href="/">x</a>'
    )
    first, second = BeautifulSoup(html, "html.parser").find_all("a")
    assert (first["href"], first["title"], first.text) == (
        "http://localhost/x",
        "localhost",
        "localhost",
    )
    assert second["title"] == "localhost"


def test_other_braces_are_left_alone(app):
    for body in ("{{ secret_key }}", "{{ config.SECRET_KEY }}", "{% raw %}", "\\{{ host }}"):
        assert body.removeprefix("\\") in shown(app, body)


@pytest.mark.parametrize(
    ("address", "is_shown"), [("http://a.example", True), ("https://a.example", False)]
)
def test_a_condition_holds_or_not(app, address, is_shown):
    body = "{{ if plain_http }}\nplain\n{{ else }}\ntls\n{{ end }}\n"
    body += "{{ if not plain_http }}\nsafe\n{{ end }}"
    html = shown(app, body, address)
    assert ("plain" in html, "tls" in html, "safe" in html) == (
        is_shown,
        not is_shown,
        not is_shown,
    )


@pytest.mark.parametrize(
    "body",
    [
        "{{ if upstreams }}\nx",
        "{{ end }}",
        "{{ else }}\n{{ end }}",
        "{{ if nothing }}\n{{ end }}",
        "{{ if team }}\n{{ if upstreams }}\n{{ end }}\n{{ end }}",
        "{{ if team }}\n{{ else }}\n{{ else }}\n{{ end }}",
    ],
)
def test_a_condition_that_is_not_whole_is_refused(app, body):
    with pytest.raises(BadText):
        render_page(body)


def test_a_condition_leaves_no_tag_open(app):
    body = "<div>\n\n{{ if upstreams }}\n</div></article></main>\n{{ else }}\n<div>\n{{ end }}\n"
    body += "\n</div>"
    html = shown(app, body)
    assert html.count("<div") == html.count("</div")
    assert "</main" not in html
