"""Why a move is refused, or breaks off."""

from app.core.exceptions import Conflict, Invalid, Unavailable


class NotFromSqlite(Conflict):
    """The installation does not use SQLite."""

    code = "not-from-sqlite"
    message = "This installation does not use SQLite, so there is nothing to move."


class TargetUnusable(Invalid):
    """What was given is no PostgreSQL database that could be used."""

    code = "target-unusable"


class TargetNotEmpty(Conflict):
    """Something else is in the target."""

    code = "target-not-empty"
    message = (
        "That database has tables already, and they are no unfinished move of this installation: "
        "name an empty one, or make one (createdb -E UTF8 …)."
    )


class AlreadyMoved(Conflict):
    """The target is this installation, moved to the end."""

    code = "already-moved"
    message = (
        "This installation was moved there already: set DATABASE_URL to it. "
        "To move it again, name an empty database."
    )


class SourceUnusable(Conflict):
    """The tables of the source are not those that this code knows."""

    code = "source-unusable"


class SourceBusy(Unavailable):
    """Somebody writes into the source for a long time."""

    code = "source-busy"
    message = (
        "Somebody is writing into the SQLite database and does not come to an end: "
        "stop the worker, or wait, and run the command again."
    )


class AnotherMove(Conflict):
    """Two at once would fill the same tables."""

    code = "another-move"
    message = "Another move into that database is running: wait for its end."


class RowRefused(Invalid):
    """PostgreSQL does not take a row."""

    code = "row-refused"


class MoveBroken(Unavailable):
    """The target failed on the way."""

    code = "move-broken"


class NotTheSame(Conflict):
    """What arrived is not what was sent."""

    code = "not-the-same"
