"""What can go wrong with MongoDB, in one sentence that says what to do.

None of them names the address: a password stands in it.
"""

from app.core.exceptions import Conflict, DomainError, Invalid, Unavailable
from app.core.i18n import _l


class MongoNotConfigured(Invalid):
    """Nobody said where MongoDB is."""

    code = "mongo-not-configured"
    message = "MONGODB_URL is not set: name the server, as in mongodb://localhost:27017/tilsit."


class MongoUnavailable(Unavailable):
    """The server cannot be used; `advice` tells the operator what to do, and no visitor."""

    code = "mongo-unavailable"
    message = _l("The document store cannot be reached at the moment. Please try again later.")
    advice = "MongoDB does not answer: start it, or correct the server in MONGODB_URL."

    def __init__(self, advice: str | None = None) -> None:
        super().__init__(retry_after=5)
        if advice is not None:
            self.advice = advice


class MongoUntrusted(MongoUnavailable):
    """The server's certificate is not one that we trust."""

    code = "mongo-untrusted"
    advice = (
        "The certificate of the MongoDB server is not trusted: have one signed for its name, "
        "and name the authority with tlsCAFile in MONGODB_URL."
    )


class MongoRefused(MongoUnavailable):
    """The server does not know the login, or does not let it do what is needed."""

    code = "mongo-refused"
    advice = (
        "MongoDB does not accept the login: correct user, password or authSource in "
        "MONGODB_URL, and give the user the role readWrite on the database."
    )


class MongoTooOld(MongoUnavailable):
    """The server is of a version that was never tried."""

    code = "mongo-too-old"


class NotMigrated(Conflict):
    """The documents were not made yet, or by a version that made other ones."""

    code = "mongo-not-migrated"
    message = "MongoDB does not hold the catalogue yet: run `flask mongo migrate`."


class DocumentTooLarge(DomainError):
    """A fact does not fit into a document, however it is divided."""

    code = "mongo-document-too-large"


def reason_of(error: Exception) -> str:
    """Return why something failed, in words that tell no secret."""
    return error.advice if isinstance(error, MongoUnavailable) else type(error).__name__
