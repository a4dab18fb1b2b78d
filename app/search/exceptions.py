"""What is refused about searching."""

from app.core.exceptions import Conflict, Invalid, NotFound
from app.core.i18n import _l


class BadSynonyms(Invalid):
    """These are no words that could mean the same."""

    code = "bad-synonyms"
    field = "words"
    message = _l(
        "A group has 2 to 20 different entries with commas between them; each has one to three "
        "words of at most 50 letters."
    )


class SynonymsTaken(Conflict):
    """There is a group of these words already."""

    code = "synonyms-taken"
    field = "words"
    message = _l("There is a group of exactly these words already.")


class SynonymsNotFound(NotFound):
    """There is no such group of words."""

    code = "synonyms-not-found"
    message = _l("There is no such group of words any more.")


class TooManySynonyms(Conflict):
    """No more groups of words are kept."""

    code = "too-many-synonyms"
    field = "words"
    message = _l("There are 500 groups already. Remove one first.")
