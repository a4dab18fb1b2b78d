"""The badges of a project as the lines that show them elsewhere."""

from dataclasses import dataclass
from html import escape

from flask import url_for

from app.site.badges import KINDS
from app.web.http import absolute_url


@dataclass(frozen=True, kw_only=True)
class Snippet:
    """A badge, where it is drawn, and what shows it in three languages of markup."""

    kind: str
    path: str
    markdown: str
    html: str
    rst: str


def list_snippets(slug: str, name: str) -> tuple[Snippet, ...]:
    """Return the badges of a project, given by its normalised name."""
    page = absolute_url("site.project", slug=slug, name=name)
    return tuple(_snippet(kind, slug, name, page) for kind in KINDS)


def _snippet(kind: str, slug: str, name: str, page: str) -> Snippet:
    place = {"slug": slug, "name": name, "kind": kind}
    url = absolute_url("site.badge", **place)
    return Snippet(
        kind=kind,
        path=url_for("site.badge", **place),  # type: ignore[arg-type]
        markdown=f"[![{kind}]({url})]({page})",
        html=f'<a href="{escape(page)}"><img src="{escape(url)}" alt="{kind}"></a>',
        rst=f".. image:: {url}\n   :target: {page}\n   :alt: {kind}",
    )
