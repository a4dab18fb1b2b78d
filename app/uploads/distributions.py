"""An uploaded file, judged as a whole: name, archive and metadata must agree."""

from dataclasses import dataclass
from pathlib import Path

from app.uploads.archives.contents import Contents
from app.uploads.archives.inspection import check_licenses, inspect
from app.uploads.filenames import DistributionName, check_policy, parse_filename
from app.uploads.metadata import CoreMetadata, check_against_filename, read_metadata
from app.uploads.policy import Policy


@dataclass(frozen=True)
class Distribution:
    """A file that passed every rule which needs no database."""

    name: DistributionName
    contents: Contents
    metadata: CoreMetadata


def examine(path: Path, filename: str, filetype: str, policy: Policy) -> Distribution:
    """Return what the file is; raise InvalidFilename, InvalidArchive or InvalidMetadata."""
    name = parse_filename(filename, filetype)
    check_policy(name, policy)
    contents = inspect(path, name)
    metadata = read_metadata(contents.metadata, policy)
    check_against_filename(metadata, name.normalized_name, name.version)
    check_licenses(contents, metadata)
    return Distribution(name, contents, metadata)
