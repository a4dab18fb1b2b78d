"""Whether there is anything that can be checked: a schema of this version, and a store."""

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.core.exceptions import Unavailable
from app.core.runtime import application
from app.core.storage import blobs
from app.extensions import db


class OtherSchema(Unavailable):
    """The tables are of another version of the software."""

    code = "other-schema"
    message = (
        "the tables are of another version than this software; run `flask db upgrade`,"
        " or the version that made them"
    )


def demand_readable() -> None:
    """Make sure that tables and store can be read; raises `Unavailable` otherwise."""
    folder = application().extensions["migrate"].directory
    context = MigrationContext.configure(db.session.connection())
    if set(context.get_current_heads()) != set(ScriptDirectory(folder).get_heads()):
        raise OtherSchema
    blobs().check()
