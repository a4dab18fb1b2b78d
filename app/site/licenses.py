"""Licences as pages show them."""

from dataclasses import dataclass, replace

from app.projects.metadata import split_license
from app.sources.page import ReleaseDetail

_SHORT = 60


@dataclass(frozen=True)
class LicensePart:
    """A licence, or a word between two, with the brackets around it."""

    text: str
    opening: str = ""
    closing: str = ""
    is_word: bool = False


def short_license(detail: ReleaseDetail) -> str | None:
    """Return the licence in few words, or None when nobody said."""
    text = detail.license_text.strip()
    short = text if text and len(text) <= _SHORT and "\n" not in text else None
    return detail.license_expression or detail.license_name or short


def license_parts(text: str) -> tuple[LicensePart, ...]:
    """Return a licence in parts, of which those that are licences have pages."""
    parts: list[LicensePart] = []
    opening = ""
    for part in split_license(text):
        if part == "(":
            opening += part
        elif part == ")" and parts:
            parts[-1] = replace(parts[-1], closing=parts[-1].closing + part)
        else:
            parts.append(LicensePart(part, opening=opening, is_word=part in {"AND", "OR"}))
            opening = ""
    return tuple(parts)
