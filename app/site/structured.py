"""What search engines and social networks read of a project's page."""

from typing import Any

from app.site.links import Link
from app.sources.page import ReleaseDetail

_CONTEXT = "https://schema.org"
_LICENSES = "https://spdx.org/licenses/"
_LONGEST = 300
_MOST_KEYWORDS, _MOST_PEOPLE = 30, 20


def describe(
    detail: ReleaseDetail, *, url: str, links: tuple[Link, ...], people: tuple[str, ...]
) -> dict[str, Any]:
    """Return a project as JSON-LD (schema.org); what nobody told is left out."""
    told: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "SoftwareSourceCode",
        "@id": url,
        "url": url,
        "name": detail.name,
        "version": detail.version,
        "description": short(detail.summary),
        "programmingLanguage": list(detail.languages[:_MOST_KEYWORDS]) or ["Python"],
        "runtimePlatform": f"Python {detail.requires_python}" if detail.requires_python else "",
        "license": _license(detail.license_expression),
        "keywords": ", ".join(detail.keywords[:_MOST_KEYWORDS]),
        "codeRepository": next((link.url for link in links if link.kind == "source"), ""),
        "sameAs": [link.url for link in links if link.kind == "home"],
        "author": [{"@type": "Person", "name": name} for name in people[:_MOST_PEOPLE]],
        "datePublished": detail.published_at.isoformat() if detail.published_at else "",
    }
    return {key: value for key, value in told.items() if value}


def short(text: str) -> str:
    """Return the beginning of a text, as much as cards and results show."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _license(expression: str | None) -> str:
    """Return the address of a licence, or the expression that names several."""
    if not expression or " " in expression or expression.startswith("LicenseRef-"):
        return expression or ""
    return f"{_LICENSES}{expression}.html"
