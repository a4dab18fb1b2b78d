"""A source that keeps what a test gives it, as a mirror keeps what it fetched."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from typing_extensions import override

from app.projects.exceptions import FileNotFound
from app.projects.names import normalise
from app.projects.versions import parse_version
from app.sources.base import LAST, Source
from app.sources.histories import choose
from app.sources.page import FileLink, IndexPage, ReleaseDetail, ReleaseLine, RemoteFile
from app.sources.queries import NEWEST_RELEASES

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)

_TEXTS = {
    "metadata_version": "2.1",
    **dict.fromkeys(("summary", "description", "author", "author_email", "maintainer"), ""),
    **dict.fromkeys(("maintainer_email", "home_page", "download_url", "license_text"), ""),
    **dict.fromkeys(("description_html", "description_content_type"), None),
    **dict.fromkeys(("license_expression", "license_name", "requires_python"), None),
}
_LISTS = dict.fromkeys(
    ("keywords", "license_files", "classifiers", "languages", "platforms", "provides_extra")
    + ("dynamic", "import_names", "requires_dist", "project_urls", "people"),
    (),
)


def link(version, *, age=30 * DAY, name="foo", ending=".tar.gz", was="", is_yanked=False):
    filename = f"{name}-{version}{ending}"
    return FileLink(
        filename=filename,
        version=version,
        sha256=sha256(filename.encode()).hexdigest(),
        size=1,
        uploaded_at=None if age is None else NOW - age,
        was=was,
        is_yanked=is_yanked,
    )


def page(*files, name="foo", versions=(), **facts):
    return IndexPage(
        index_slug="pypi",
        name=name,
        normalized_name=name,
        versions=versions or tuple(dict.fromkeys(file.version for file in files)),
        files=files,
        **facts,
    )


class Pile(Source):
    """Pages by their names; `asked` notes the names that an upstream would be asked for."""

    def __init__(self, *pages: IndexPage, slug: str = "pypi") -> None:
        self.slug = slug
        self.pages: dict[str, IndexPage] = {}
        self.asked: list[str] = []
        self.keep(*pages)

    def keep(self, *pages: IndexPage) -> None:
        """Have more pages, or others in their place."""
        self.pages |= {page.normalized_name: page for page in pages}

    @override
    def find_page(self, name):
        return self.pages.get(normalise(name))

    @override
    def find_release(self, name, version=None):
        page = self.find_page(name)
        if page is None or not page.versions:
            return None
        lines = _lines(page)
        latest = choose(lines)
        wanted = latest.version if version is None else version
        line = next((line for line in lines if line.version == wanted), None)
        return None if line is None else _detail(page, line, lines, latest)

    @override
    def names(self, begin="", end=LAST):
        names = sorted((page.normalized_name, page.name) for page in self.pages.values())
        return iter([(name, key) for key, name in names if begin <= key < end])

    @override
    def holds(self, names):
        return set(names) & self.pages.keys()

    @override
    def withheld(self):
        return set()

    @override
    def find_file(self, address, filename):
        for page in self.pages.values():
            for file in page.files:
                if (file.address, file.filename) == (address, filename):
                    return RemoteFile(
                        filename=filename,
                        sha256=file.sha256,
                        size=file.size,
                        project=page.normalized_name,
                        version=file.version,
                        index_slug=self.slug,
                        uploaded_at=file.uploaded_at,
                        was=file.was,
                    )
        return None

    @override
    def find_metadata(self, address, filename):
        file = self.find_file(address, filename)
        return None if file is None else replace(file, filename=f"{filename}.metadata")

    @override
    def freshen(self, name):
        self.asked.append(name)
        return normalise(name) in self.pages

    @override
    def freshen_release(self, name, version=None):
        self.asked.append(f"{name} {version}")

    @override
    def refresh(self, name):
        return self.freshen(name)

    @override
    def fetch(self, address, filename):
        self.asked.append(filename)
        raise FileNotFound


def _lines(page):
    files = defaultdict(list)
    for file in page.files:
        files[file.version].append(file)
    return [
        ReleaseLine(
            version=version,
            published_at=None,
            file_count=len(files[version]),
            is_prerelease=parse_version(version).is_prerelease,
            is_yanked=bool(files[version]) and all(file.is_yanked for file in files[version]),
        )
        for version in reversed(page.versions)
    ]


def _detail(page, line, lines, latest):
    is_stable = not latest.is_yanked and not latest.is_prerelease
    return ReleaseDetail(
        index_slug=page.index_slug,
        name=page.name,
        normalized_name=page.normalized_name,
        version=line.version,
        published_at=None,
        status=page.status,
        status_reason=None,
        serial=page.serial,
        is_prerelease=line.is_prerelease,
        is_yanked=line.is_yanked,
        yanked_reason="",
        latest_version=latest.version,
        latest_stable_version=latest.version if is_stable else None,
        files=tuple(file for file in page.files if file.version == line.version),
        releases=tuple(lines[:NEWEST_RELEASES]),
        release_count=len(lines),
        **_TEXTS,
        **_LISTS,
    )
