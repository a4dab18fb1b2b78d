"""What the catalogue refuses."""

from app.core.exceptions import Conflict, Forbidden, Gone, Invalid, NotFound
from app.core.i18n import _l


class ProjectNotFound(NotFound):
    """No project of this name is here."""

    code = "project-not-found"
    message = _l("There is no project of this name here.")


class ReleaseNotFound(NotFound):
    """The project has no such release."""

    code = "release-not-found"
    message = _l("This project has no such release.")


class FileNotFound(NotFound):
    """No such file is here."""

    code = "file-not-found"
    message = _l("There is no such file here.")


class FileWithdrawn(Forbidden):
    """The file is here and may not be downloaded, as its project is in quarantine."""

    code = "file-quarantined"
    message = _l("This file is in quarantine and cannot be downloaded.")


class NotAllowed(Forbidden):
    """The caller's role in the project does not reach that far."""

    code = "not-allowed"
    message = _l("You may not do this to this project.")


class LastOwner(Conflict):
    """A project must keep an owner."""

    code = "last-owner"
    message = _l("A project needs at least one owner. Make somebody else an owner first.")


class NotInTrash(NotFound):
    """What somebody wants back is not in the trash."""

    code = "not-in-trash"
    message = _l("This is not in the trash: it is here, or was never here.")


class FreedForGood(Gone):
    """The bytes were given up."""

    code = "freed-for-good"
    message = _l("This was in the trash for too long, and its bytes are gone for good.")


class ProjectInTrash(Conflict):
    """The project itself was removed."""

    code = "project-in-trash"
    message = _l("The project itself is in the trash. Restore it first.")


class BytesMissing(Conflict):
    """The store has not the bytes that it should have."""

    code = "bytes-missing"
    message = _l("The bytes of this are not in the store. An operator must look for them.")


class PlaceTaken(Conflict):
    """Something else came in the place of what was removed."""

    code = "place-taken"


class NoRoomToRestore(Conflict):
    """The project would be larger than it may be."""

    code = "no-room"
    message = _l("The project would be larger than it may be. Delete something else first.")


class NotConfirmed(Invalid):
    """The name typed to confirm a deletion is another one."""

    code = "not-confirmed"
    message = _l("What you typed is not what is to be deleted. Please type it exactly.")


class UnknownStatus(Invalid):
    """PEP 792 knows no such status."""

    code = "unknown-status"
    message = _l("A project can be active, archived, quarantined or deprecated.")


class UnknownRole(Invalid):
    """A project has no such role."""

    code = "unknown-role"
    message = _l("A role is owner, maintainer or reader.")


class RoleNotFound(NotFound):
    """The account has no role in the project."""

    code = "role-not-found"
    message = _l("This account has no role in the project.")


class BadProjectName(Invalid):
    """No project can have this name."""

    code = "bad-name"
    field = "name"
    message = _l(
        "A project's name has letters, digits, dots, hyphens and underscores, "
        "and begins and ends with a letter or a digit."
    )


class NameHeld(Conflict):
    """The name belongs to a hosted index already."""

    code = "name-held"
    field = "name"


class ClaimNotFound(NotFound):
    """The index does not claim the name."""

    code = "claim-not-found"
    message = _l("This index does not claim this name.")


class ProhibitedAlready(Conflict):
    """The name is prohibited already."""

    code = "prohibited-already"
    field = "name"
    message = _l("This name is prohibited already.")


class NotProhibited(NotFound):
    """The name is not prohibited."""

    code = "not-prohibited"
    message = _l("This name is not prohibited.")
