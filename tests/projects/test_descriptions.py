import io
import subprocess

import pytest

from app.core.database import transaction
from app.extensions import db
from app.projects import descriptions, jobs, rendering
from app.projects.descriptions import render
from app.projects.models import Project, Release
from tests.factories import make_release

LONG = "word " * 4_000


def test_markdown_becomes_html():
    html = render("# Title\n\n*word*\n\n| a |\n|---|\n| b |\n", "text/markdown")
    assert "<em>word</em>" in html
    assert "<table>" in html


def test_a_variant_without_tables_has_none():
    html = render("| a |\n|---|\n| b |\n", "text/markdown; variant=CommonMark")
    assert "<table>" not in html


def test_an_unknown_variant_is_the_usual_one():
    assert "<table>" in render("| a |\n|---|\n| b |\n", "text/markdown; variant=Mine")


@pytest.mark.parametrize("content_type", [None, "text/x-rst", "text/x-rst; charset=UTF-8", ""])
def test_restructuredtext_is_what_is_meant_without_a_type(content_type):
    assert "<strong>word</strong>" in render("Title\n=====\n\n**word**\n", content_type)


@pytest.mark.parametrize("content_type", ["text/plain", "text/html", "nonsense"])
def test_all_else_is_shown_as_it_was_written(content_type):
    assert render("<b>word</b>\n", content_type) == "<pre>&lt;b&gt;word&lt;/b&gt;\n</pre>"


def test_restructuredtext_that_is_broken_is_shown_as_it_was_written():
    assert render("Title\n==\n\n.. nothing::\n\n`", None).startswith("<pre>Title")


@pytest.mark.parametrize("content_type", ["text/markdown", "text/x-rst", "text/plain"])
def test_nothing_stays_nothing(content_type):
    assert render("", content_type) == ""


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "[x](javascript:alert(1))",
        '<a href="javascript:alert(1)">x</a>',
        "<iframe src=//example.com></iframe>",
        '<p style="position:fixed">x</p>',
        "<form action=/><input></form>",
    ],
)
def test_nothing_that_acts_survives(text):
    html = render(text, "text/markdown")
    for word in ("<script", "onerror=", 'href="javascript', "<iframe", "style=", "<form"):
        assert word not in html


def test_restructuredtext_reads_no_files():
    for text in (".. include:: /etc/passwd\n", ".. raw:: html\n\n   <script>1</script>\n"):
        html = render(text, "text/x-rst")
        assert "root:" not in html
        assert "<script" not in html


@pytest.mark.parametrize(
    "text",
    ["\n\n".join(" " * depth + "a" for depth in range(150)), "*a " * 5_000, ":math:`" + "{" * 900],
    ids=["deep", "many", "math"],
)
def test_what_breaks_the_renderer_is_shown_as_it_was_written(text):
    assert render(text, "text/x-rst")


def test_a_renderer_that_fails_does_no_harm(monkeypatch):
    def fail(*_, **__):
        raise RecursionError

    monkeypatch.setattr("readme_renderer.rst.render", fail)
    assert render("a", "text/x-rst") == "<pre>a</pre>"


def test_a_long_text_is_rendered_apart():
    html = render(f"# Title\n\n{LONG}\n\n*word*", "text/markdown")
    assert "<em>word</em>" in html


def test_a_text_that_takes_too_long_is_shown_as_it_was_written(monkeypatch):
    monkeypatch.setattr(descriptions, "MAX_SECONDS", 0.01)
    assert render(LONG, "text/markdown").startswith("<pre>word")


def test_a_renderer_that_dies_does_no_harm(monkeypatch):
    dead = subprocess.CompletedProcess([], -9, b"", b"")
    monkeypatch.setattr(descriptions.subprocess, "run", lambda *_, **__: dead)
    assert render(LONG, "text/markdown").startswith("<pre>word")


def test_an_endless_text_is_not_rendered(monkeypatch):
    monkeypatch.setattr(descriptions, "MAX_LENGTH", 10)
    assert render("# Title of a text", "text/markdown") == "<pre># Title of a text</pre>"


def test_html_that_grows_without_end_is_not_kept(monkeypatch):
    monkeypatch.setattr(descriptions, "MAX_HTML", 10)
    assert render("# Title", "text/markdown") == "<pre># Title</pre>"


@pytest.mark.parametrize(
    ("text", "kind", "code"), [(b"*word*", "text/markdown", 0), (b"T\n==\n\n`", "text/x-rst", 1)]
)
def test_the_program_renders_or_says_that_it_cannot(monkeypatch, capfdbinary, text, kind, code):
    monkeypatch.setattr(rendering.resource, "setrlimit", lambda *_: None)
    monkeypatch.setattr(rendering.sys, "argv", ["rendering", kind])
    monkeypatch.setattr(rendering.sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    assert rendering.main() == code


@pytest.fixture
def release(app):
    return make_release(description="*word*", description_content_type="text/markdown")


def test_the_job_keeps_the_html(release):
    jobs.render_description(release.id)
    assert db.session.get(Release, release.id).description_html == "<p><em>word</em></p>\n"


def test_the_job_changes_no_index_page_and_is_no_news(release):
    project = db.session.get(Project, release.project_id)
    serial, updated_at = project.last_serial, project.updated_at
    jobs.render_description(release.id)
    project = db.session.get(Project, release.project_id)
    assert project.last_serial == serial
    assert project.updated_at == updated_at


def test_a_release_that_is_gone_needs_no_html(release):
    jobs.render_description(release.id + 1)
    assert db.session.get(Release, release.id).description_html is None


def test_a_text_that_changed_in_the_meantime_is_left_to_its_own_job(release, monkeypatch):
    def render_slowly(*_):
        with transaction():
            db.session.get(Release, release.id).description = "new"
        return "old"

    monkeypatch.setattr(jobs, "render", render_slowly)
    jobs.render_description(release.id)
    assert db.session.get(Release, release.id).description_html is None
