"""What can go wrong with backups: each says in one sentence what to do."""

from app.core.exceptions import Conflict, Invalid, NotFound, Unavailable


class BadPlace(Invalid):
    """The folder cannot hold backups."""

    code = "backup-bad-place"


class BadBackup(Invalid):
    """A backup is damaged, or was tampered with."""

    code = "backup-damaged"


class NoBackup(NotFound):
    """The folder has no such backup."""

    code = "backup-missing"


class BackupBusy(Conflict):
    """Somebody else is working in the folder."""

    code = "backup-busy"


class BackupFailed(Unavailable):
    """A backup could not be finished; older ones are as they were."""

    code = "backup-failed"


class TargetInUse(Conflict):
    """What would be restored into is not empty."""

    code = "restore-target-in-use"


class CannotRestore(Invalid):
    """A backup does not fit here."""

    code = "restore-refused"


class DrillFailed(Unavailable):
    """A step of a drill went wrong."""

    code = "drill-failed"
