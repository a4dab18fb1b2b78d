"""Rules of an index for core metadata, beyond the syntax of single fields."""

import re
from urllib.parse import urlsplit

from packaging.metadata import Metadata
from packaging.requirements import InvalidRequirement, Requirement
from trove_classifiers import classifiers as known_classifiers
from trove_classifiers import deprecated_classifiers

from app.projects.names import LONGEST
from app.uploads.exceptions import InvalidMetadata
from app.uploads.fields import find_value, quote, refuse
from app.uploads.headers import Headers
from app.uploads.policy import Policy

MAX_SUMMARY = 512
MAX_URL_LABEL = 32
MAX_CLASSIFIER = 200
# There are fewer in all that everybody knows.
MAX_CLASSIFIERS = 1_000
_PRIVATE = "Private ::"
_ADDRESS = re.compile(r"""(?<![^\s<>,;:"])[^@\s<>,;()"]+@[^@\s<>,;()"]+(?![^\s<>,;"])""")
_URL = re.compile(r"https?:[^\s\x00-\x20\x7f<>\"]+", re.IGNORECASE)
_EXTRA = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MAX_PARENTHESES = 30


def check_rules(headers: Headers, parsed: Metadata, policy: Policy) -> None:
    """Raise InvalidMetadata for the first rule that the metadata break."""
    _check_version(parsed, policy)
    _check_emails(headers)
    _check_classifiers(headers)
    _check_dependencies(headers, parsed, policy)
    _check_urls(headers)
    _check_import_names(headers)
    _check_license(headers)
    _check_summary(headers)


def list_warnings(headers: Headers) -> list[str]:
    """Return what the standard forbids and the public index lets pass (PEP 685)."""
    return [
        f"Provides-Extra: {quote(extra)} should be in lower case with '-'."
        for extra in headers.get_all("provides-extra")
        if _EXTRA.fullmatch(extra) is None
    ]


def parse_project_url(value: str) -> tuple[str, str]:
    """Return label and URL of a Project-URL; raise InvalidMetadata for a bad pair."""
    label, _, url = (part.strip() for part in value.partition(","))
    if not label:
        raise refuse("Project-URL", f"{quote(value)} must have a label before the comma")
    if len(label) > MAX_URL_LABEL:
        raise refuse("Project-URL", f"{quote(label)} must be {MAX_URL_LABEL} characters or less")
    if not url:
        raise refuse("Project-URL", f"{quote(value)} must have a URL after the comma")
    _check_url("Project-URL", url)
    return label, url


def _check_version(parsed: Metadata, policy: Policy) -> None:
    if parsed.version.local is not None and not policy.local_versions:
        raise refuse(
            "Version",
            f"the local version {quote(str(parsed.version))} is not allowed",
            code="local-version",
        )


def _check_emails(headers: Headers) -> None:
    for label in ("Author-email", "Maintainer-email"):
        value = find_value(headers, label)
        # "Foo <>" has no address at all, which is harmless.
        if value is not None and "<>" not in value and _ADDRESS.search(value) is None:
            raise refuse(label, f"{quote(value)} is not a valid email address")


def _check_classifiers(headers: Headers) -> None:
    given = set(headers.get_all("classifier"))
    if len(given) > MAX_CLASSIFIERS:
        raise refuse("Classifier", f"is given too often, the limit is {MAX_CLASSIFIERS}")
    for classifier in sorted(given - known_classifiers):
        is_private = classifier.startswith(_PRIVATE) and len(classifier) <= MAX_CLASSIFIER
        if classifier not in deprecated_classifiers and not is_private:
            raise refuse("Classifier", f"{quote(classifier)} is not a valid classifier")
    for classifier in sorted(given & deprecated_classifiers.keys()):
        raise _deprecated(classifier, deprecated_classifiers[classifier])


def _deprecated(classifier: str, replacements: list[str]) -> InvalidMetadata:
    advice = f"use {' or '.join(map(quote, replacements))} instead" if replacements else "remove it"
    return refuse(
        "Classifier",
        f"{quote(classifier)} has been deprecated, {advice}",
        code="deprecated-classifier",
    )


def _check_dependencies(headers: Headers, parsed: Metadata, policy: Policy) -> None:
    requirements = [("Requires-Dist", item) for item in parsed.requires_dist or []]
    for label in ("Provides-Dist", "Obsoletes-Dist"):
        values = headers.get_all(label.lower())
        requirements += [(label, _parse_requirement(label, value)) for value in values]
    for label, requirement in requirements:
        if len(requirement.name) > LONGEST:
            raise refuse(label, f"the name {quote(requirement.name)} is too long")
        if requirement.url is not None and not policy.direct_dependencies:
            raise refuse(
                label,
                f"can't have direct dependency {quote(str(requirement))}, name a version instead",
                code="direct-dependency",
            )


def _parse_requirement(label: str, value: str) -> Requirement:
    try:
        if value.count("(") > _MAX_PARENTHESES:
            raise InvalidRequirement(value)
        return Requirement(value)
    except InvalidRequirement:
        raise refuse(label, f"{quote(value)} is not a valid requirement") from None


def _check_urls(headers: Headers) -> None:
    for label in ("Home-page", "Download-URL"):
        value = find_value(headers, label)
        if value is not None:
            _check_url(label, value)
    seen = set()
    for value in headers.get_all("project-url"):
        label, _ = parse_project_url(value)
        if label in seen:
            raise refuse("Project-URL", f"the label {quote(label)} is given twice")
        seen.add(label)


def _check_url(label: str, value: str) -> None:
    if _URL.fullmatch(value) is None or not _is_parsable(value):
        raise refuse(label, f"{quote(value)} is not a valid http or https URL")


def _is_parsable(url: str) -> bool:
    try:
        return urlsplit(url).hostname is not None
    except ValueError:
        return False


def _check_import_names(headers: Headers) -> None:
    names, namespaces = (
        {value.partition(";")[0].strip() for value in headers.get_all(field)}
        for field in ("import-name", "import-namespace")
    )
    for name in sorted(names & namespaces):
        raise refuse("Import-Name", f"{quote(name)} is an Import-Namespace too, keep one of them")


def _check_license(headers: Headers) -> None:
    if headers.get_all("license") and headers.get_all("license-expression"):
        raise refuse(
            "License", "is deprecated when License-Expression is present, keep the expression only"
        )


def _check_summary(headers: Headers) -> None:
    summary = find_value(headers, "Summary")
    if summary is not None and len(summary) > MAX_SUMMARY:
        raise refuse("Summary", f"must be {MAX_SUMMARY} characters or less")
