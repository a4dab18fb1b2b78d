"""The keys of documents: made of names, so that the same thing always has the same one.

No slug, normalised name or version holds a slash.
"""

from datetime import date


def project_key(slug: str, normalized_name: str) -> str:
    """Return the key of a project."""
    return f"{slug}/{normalized_name}"


def release_key(project: str, canonical_version: str, part: int = 0) -> str:
    """Return the key of a release, or of a further part of it."""
    key = f"{project}/{canonical_version}"
    return f"{key}#{part}" if part else key


def day_key(slug: str, project: str, day: date) -> str:
    """Return the key of the downloads of a day; no project stands for the whole index."""
    return f"{slug}/{project}/{day.isoformat()}"


def month_key(slug: str, project: str, month: date, kind: str, value: str) -> str:
    """Return the key of the downloads of a month, or of a part of them."""
    return f"{slug}/{project}/{month:%Y-%m}/{kind}/{value}"
