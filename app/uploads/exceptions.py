"""Why an upload is refused.

The messages go into the HTTP reason phrase, so they are short, in English and
never translated; the codes are for machines and do not change.
"""

from app.core.exceptions import Conflict, Forbidden, Invalid, NotFound, TooLarge
from app.core.i18n import _l


class InvalidForm(Invalid):
    """A field of the upload form is missing, repeated or malformed."""

    code = "invalid-form"
    message = "The upload form is not valid."


class DigestMismatch(Invalid):
    """The bytes that arrived are not the bytes that were announced."""

    code = "digest-mismatch"
    message = "The digest supplied does not match a digest calculated from the uploaded file."


class InvalidFilename(Invalid):
    """The file name is not one that an installer would build or ask for."""

    code = "invalid-filename"
    message = "The file name is not valid."


class InvalidArchive(Invalid):
    """The archive is broken, hostile or not the distribution it says it is."""

    code = "invalid-archive"
    message = "The file is not a valid distribution."


class InvalidMetadata(Invalid):
    """The core metadata in the archive break a rule; the message names the field."""

    code = "invalid-metadata"
    message = "The metadata of the file are not valid."


class FileExists(Invalid):
    """Other bytes are already published under this name."""

    code = "file-exists"
    message = "File already exists with other content, use a different version."


class FilenameBurned(Invalid):
    """A file of this name was published and removed; names are never used again."""

    code = "filename-used"
    message = "This filename was used by a file that has been removed, use a different version."


class SdistExists(Invalid):
    """The release has its source distribution already."""

    code = "sdist-exists"
    message = "Only one sdist may be uploaded per release."


class NotForThisToken(Forbidden):
    """The token is good, but not for this."""

    code = "token-scope"


class NotAnUploader(Forbidden):
    """The account may not publish here."""

    code = "not-allowed"


class NameRefused(Invalid):
    """A new project may not have this name."""

    code = "name-refused"


class NameStopped(NameRefused):
    """An administrator decided that nobody begins a project of this name."""

    code = "name-prohibited"


class ProjectTooLarge(TooLarge):
    """All files of a project together would be larger than they may be."""

    code = "project-too-large"


class NameOfUpstream(Forbidden):
    """An upstream of the index has a project of this name, and nobody claimed it for us."""

    code = "name-upstream"


class NameElsewhere(Forbidden):
    """Another index of the chain has the name, and the account may not publish it there."""

    code = "name-elsewhere"


class ProjectClosed(Forbidden):
    """The project takes no files in its present state (PEP 792)."""

    code = "project-closed"


class FileStopped(Forbidden):
    """The file is here and was found bad."""

    code = "file-quarantined"
    message = "This file is in quarantine, ask an administrator."


class PromotionRefused(Forbidden):
    """A release may not be brought to another index; the code tells the first reason."""

    code = "promotion-refused"


class PromotionNotFound(NotFound):
    """There is no such promotion."""

    code = "promotion-not-found"
    message = _l("There is no such promotion.")


class PromotionSettled(Conflict):
    """It is too late to take a promotion back."""

    code = "promotion-settled"
    message = _l(
        "A promotion can be undone for 24 hours. Yank the release to stop new installs, or "
        "delete it."
    )


class AlreadyUndone(Conflict):
    """Somebody took the promotion back already."""

    code = "promotion-undone"
    message = _l("This promotion is undone already.")
