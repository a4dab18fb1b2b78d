"""What a release needs and only its own index has."""

from packaging.requirements import Requirement

from app.indexes.models import Index
from app.projects.models import Release
from app.projects.names import normalise
from app.projects.versions import parse_version
from app.sources.base import Source
from app.sources.registry import source_for


def list_left_behind(release: Release, source: Index, target: Index) -> list[str]:
    """Return the requirements of a release that can be met in its index and not in another one.

    No upstream is asked: what nobody here knows of may be there.
    """
    here, there = source_for(source), source_for(target)
    own = release.project.normalized_name
    requirements = [Requirement(dependency.requirement) for dependency in release.dependencies]
    return [
        str(requirement)
        for requirement in requirements
        if requirement.url is None
        and normalise(requirement.name) != own
        and not _meets(there, requirement)
        and _meets(here, requirement)
    ]


def _meets(source: Source, requirement: Requirement) -> bool:
    """Tell whether a source is known to have a version that a requirement allows."""
    page = source.find_page(requirement.name)
    if page is None:
        return False
    offered = {file.version for file in page.files if not file.is_yanked}
    versions = filter(None, map(parse_version, offered))
    return any(requirement.specifier.contains(each, prereleases=True) for each in versions)
