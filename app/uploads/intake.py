"""The whole way of a file: judged, stored, then written down in one transaction.

Views, commands and the demo data are the edges that send files this way.
"""

from dataclasses import dataclass
from pathlib import Path

from app.accounts.actors import Actor
from app.core.database import transaction
from app.core.faults import reach
from app.core.runtime import setting
from app.core.storage import blobs
from app.core.storage.incoming import Incoming
from app.uploads.candidates import judge, store
from app.uploads.exceptions import InvalidForm
from app.uploads.filenames import parse_filename
from app.uploads.multipart import CHUNK_BYTES, too_large
from app.uploads.services import publish
from app.uploads.uploadform import UploadForm


@dataclass(frozen=True)
class Receipt:
    """What became of a file; not new means that it was here already."""

    is_new: bool
    warnings: tuple[str, ...] = ()


def take_in(
    actor: Actor, slug: str, form: UploadForm, incoming: Incoming, *, via: str = ""
) -> Receipt:
    """Publish a file that has arrived; raises why not."""
    candidate = judge(actor, slug, form, incoming, via=via)
    if candidate is None:
        return Receipt(is_new=False)
    reach("upload.judged")
    store(candidate, incoming)
    reach("upload.stored")
    with transaction():
        is_new = publish(actor, slug, candidate)
        reach("upload.written")
    return Receipt(is_new, form.warnings + candidate.distribution.metadata.warnings)


def take_file(actor: Actor, slug: str, path: Path, *, via: str = "") -> Receipt:
    """Publish a file of this machine's disk; raises why not."""
    if path.stat().st_size > setting("MAX_UPLOAD_BYTES"):
        raise too_large(setting("MAX_UPLOAD_BYTES"))
    name = parse_filename(path.name, filetype_of(path))
    with blobs().receive() as incoming:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                incoming.write(chunk)
        digests = {"sha256": incoming.digest()}
        form = UploadForm(path.name, name.filetype, name.name, str(name.version), digests)
        return take_in(actor, slug, form, incoming, via=via)


def filetype_of(path: Path) -> str:
    """Return the kind of distribution by the end of its name; raises `InvalidForm`."""
    for ending, filetype in FILETYPES.items():
        if path.name.endswith(ending):
            return filetype
    raise InvalidForm(f"{path.name} is neither a wheel nor a source archive.")


FILETYPES = {".whl": "bdist_wheel", ".tar.gz": "sdist"}
