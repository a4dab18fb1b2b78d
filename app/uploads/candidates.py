"""A file that has arrived, judged before anything of it is kept."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.accounts.actors import Actor
from app.core.database import release_connection
from app.core.storage import blobs
from app.core.storage.incoming import Incoming
from app.indexes.models import Index
from app.indexes.queries import get_index
from app.projects.queries import find_claim
from app.uploads.archives.records import verify_record
from app.uploads.distributions import Distribution, examine
from app.uploads.duplicates import is_published
from app.uploads.exceptions import InvalidArchive, InvalidForm
from app.uploads.filenames import DistributionName, check_policy, parse_filename
from app.uploads.metadata import check_against_form
from app.uploads.permissions import demand_upload
from app.uploads.policy import Policy
from app.uploads.sizes import demand_file_size, demand_room
from app.uploads.uploadform import UploadForm

# Unpacking this much takes a fraction of a second; more is left to a job.
VERIFIED_AT_ONCE = 32 * 1024 * 1024


@dataclass(frozen=True)
class Candidate:
    """A file that may be published; `via` is the program that sent it."""

    form: UploadForm
    distribution: Distribution
    size: int
    digests: Mapping[str, str]
    is_verified: bool
    via: str

    @property
    def name(self) -> DistributionName:
        """Return what the file name says."""
        return self.distribution.name

    @property
    def metadata(self) -> bytes | None:
        """Return the METADATA that is served beside a wheel; sdists have none."""
        # Installers take an announced PKG-INFO for the truth, which it need not be.
        is_wheel = self.name.filetype == "bdist_wheel"
        return self.distribution.contents.metadata if is_wheel else None

    @property
    def metadata_sha256(self) -> str | None:
        """Return the digest under which the METADATA is kept."""
        return None if self.metadata is None else hashlib.sha256(self.metadata).hexdigest()


def judge(
    actor: Actor, slug: str, form: UploadForm, incoming: Incoming, *, via: str = ""
) -> Candidate | None:
    """Return what may be published, or None if this very file is here already.

    Raises whatever stands against it. Reads only; nothing is kept.
    """
    index = get_index(slug)
    demand_upload(actor, index, form.name)
    if incoming.size == 0:
        raise InvalidForm("The uploaded file is empty.")
    form.check_digests(incoming)
    policy = policy_of(index)
    name = parse_filename(form.filename, form.filetype)
    check_policy(name, policy)
    if is_published(index.id, name, incoming.digest()):
        return None
    _demand_size(index, form.name, incoming.size)
    # Looking into a big file takes seconds, and others need the connection.
    release_connection()
    incoming.flush()
    distribution = examine(incoming.path, form.filename, form.filetype, policy)
    check_against_form(distribution.metadata, form.name, form.version)
    return Candidate(
        form=form,
        distribution=distribution,
        size=incoming.size,
        digests={kind: incoming.digest(kind) for kind in ("md5", "sha256", "blake2_256")},
        is_verified=_verify(incoming.path, distribution),
        via=via,
    )


def _demand_size(index: Index, name: str, size: int) -> None:
    project = find_claim(index.id, name)
    demand_file_size(index, project, size)
    demand_room(index, project, size)


def store(candidate: Candidate, incoming: Incoming) -> None:
    """Keep the bytes, and the metadata of a wheel, before rows speak of them."""
    blobs().save(incoming)
    if candidate.metadata is not None:
        blobs().save_bytes(candidate.metadata)


def policy_of(index: Index) -> Policy:
    """Return what an index accepts beyond what every index must."""
    given = {key: index.settings[key] for key in _POLICY if key in index.settings}
    return Policy(**given)


_POLICY = ("local_versions", "linux_wheels", "direct_dependencies")


def _verify(path: Path, distribution: Distribution) -> bool:
    """Check the digests of a small wheel at once; tell whether nothing is left to check."""
    if distribution.name.filetype != "bdist_wheel":
        return True
    if distribution.contents.unpacked_size > VERIFIED_AT_ONCE:
        return False
    complaints = verify_record(path)
    if complaints:
        raise InvalidArchive(complaints[0], code="record-mismatch")
    return True
