"""The upload form: what a client says about the file that it sends."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from app.core.exceptions import Gone
from app.core.storage.incoming import Incoming
from app.uploads.exceptions import DigestMismatch, InvalidForm
from app.uploads.multipart import Parts, only

DIGESTS = {"md5_digest": "md5", "sha256_digest": "sha256", "blake2_256_digest": "blake2_256"}
_HEX = {"md5": 32, "sha256": 64, "blake2_256": 64}
_GONE = {
    "submit": "Project pre-registration is no longer needed, upload your files instead.",
    "submit_pkg_info": "Project pre-registration is no longer needed, upload your files instead.",
    "doc_upload": "Documentation is not hosted here, upload it to your documentation host instead.",
}


@dataclass(frozen=True)
class UploadForm:
    """The fields that count; all else is read from the file.

    `digests` are what the client computed, in lower case, by the names that
    `Incoming.digest` knows. `warnings` are sentences for the client.
    """

    filename: str
    filetype: str
    name: str
    version: str
    digests: Mapping[str, str]
    comment: str = ""
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, parts: Parts, *, action: str | None = None) -> Self:
        """Return the form when its shape is right; raises `InvalidForm`, or `Gone`.

        `action` is what stood in the query, where old clients put it.
        """
        fields = parts.fields
        _check_action(fields.get(":action") or action)
        if fields.get("protocol_version", "1") != "1":
            raise InvalidForm("Unknown protocol version, should be 1.")
        if parts.filename is None:
            raise InvalidForm("Upload payload does not have a file.")
        return cls(
            filename=parts.filename,
            filetype=only(fields, "filetype"),
            name=only(fields, "name"),
            version=only(fields, "version"),
            digests=_read_digests(fields),
            comment=fields.get("comment", ""),
            warnings=_judge_attestations(fields.get("attestations")),
        )

    def check_digests(self, incoming: Incoming) -> None:
        """Raise `DigestMismatch` unless the bytes are those that the client sent."""
        for name, expected in self.digests.items():
            if incoming.digest(name) != expected:
                raise DigestMismatch


def _check_action(action: str | None) -> None:
    if action in _GONE:
        raise Gone(_GONE[action])
    if action != "file_upload":
        raise InvalidForm("The field :action should be file_upload.")


def _read_digests(fields: Mapping[str, str]) -> dict[str, str]:
    digests = {name: fields[label].lower() for label, name in DIGESTS.items() if fields.get(label)}
    if not digests:
        raise InvalidForm("Include at least one message digest, such as sha256_digest.")
    for name, digest in digests.items():
        if re.fullmatch(f"[0-9a-f]{{{_HEX[name]}}}", digest) is None:
            raise InvalidForm(f"Use a valid, hex-encoded {name} message digest.")
    return digests


def _judge_attestations(value: str | None) -> tuple[str, ...]:
    if value is None:
        return ()
    try:
        attestations = json.loads(value)
    except (ValueError, RecursionError):
        attestations = None
    if not isinstance(attestations, list):
        raise InvalidForm("The field attestations should be a JSON array.")
    return ("Attestations are not kept here, the file was stored without them.",)
