"""What core metadata become in the catalogue."""

import re
from typing import Any

from packaging.requirements import Requirement

from app.projects import metadata as fields
from app.projects.names import LONGEST, normalise
from app.uploads.metadata import CoreMetadata

_EXTRA = re.compile(r"""\bextra\s*==\s*["']([^"']+)["']""")


def release_facts(metadata: CoreMetadata) -> dict[str, Any]:
    """Return the columns of a release."""
    return {
        "metadata_version": metadata.metadata_version,
        "summary": metadata.summary or "",
        "description": metadata.description or "",
        "description_html": None,
        "description_content_type": metadata.description_content_type,
        "keywords": metadata.keywords or "",
        "author": metadata.author or "",
        "author_email": metadata.author_email or "",
        "maintainer": metadata.maintainer or "",
        "maintainer_email": metadata.maintainer_email or "",
        "home_page": metadata.home_page or "",
        "download_url": metadata.download_url or "",
        "license_text": metadata.license or "",
        "license_expression": metadata.license_expression,
        "requires_python": metadata.requires_python,
        "details": _details(metadata),
    }


def list_dependencies(metadata: CoreMetadata) -> list[dict[str, Any]]:
    """Return the rows of what a release needs, in the order of the file."""
    rows = []
    for position, text in enumerate(metadata.requires_dist):
        requirement = Requirement(text)
        extra = _EXTRA.search(str(requirement.marker or ""))
        rows.append(
            {
                "position": position,
                "requirement": text,
                "normalized_name": normalise(requirement.name),
                "extra": normalise(extra[1])[:LONGEST] if extra else None,
            }
        )
    return rows


def list_urls(metadata: CoreMetadata) -> list[dict[str, Any]]:
    """Return the rows of the labelled links of a release."""
    return [
        {"position": position, "label": label, "url": url}
        for position, (label, url) in enumerate(metadata.project_urls)
    ]


def list_languages(metadata: CoreMetadata) -> list[str]:
    """Return the programming languages that the classifiers name."""
    return fields.list_languages(metadata.classifiers)


def find_license(metadata: CoreMetadata) -> str | None:
    """Return the licence as it is shown."""
    expression, text = metadata.license_expression, metadata.license or ""
    return fields.find_license(expression, metadata.classifiers, text)


def _details(metadata: CoreMetadata) -> dict[str, list[str]]:
    lists = {
        "license_files": metadata.license_files,
        "platforms": metadata.platforms,
        "supported_platforms": metadata.supported_platforms,
        "provides_extra": metadata.provides_extra,
        "dynamic": metadata.dynamic,
        "import_names": metadata.import_names,
        "import_namespaces": metadata.import_namespaces,
        "requires_external": metadata.requires_external,
        "provides_dist": metadata.provides_dist,
        "obsoletes_dist": metadata.obsoletes_dist,
    }
    return {name: list(values) for name, values in lists.items() if values}
