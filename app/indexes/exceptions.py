"""What is refused about indexes."""

from app.accounts.exceptions import NotAdministrator as NotAdministrator
from app.core.exceptions import Conflict, Invalid, NotFound
from app.core.i18n import _l


class BadSlug(Invalid):
    """An index cannot have this slug."""

    code = "bad-slug"
    field = "slug"
    message = _l(
        "A slug has at most 50 small letters and digits, with single hyphens between them, "
        "and is not all, new or none."
    )


class SlugTaken(Conflict):
    """Another index has the slug."""

    code = "slug-taken"
    field = "slug"
    message = _l("There is an index of this name already.")


class BadTitle(Invalid):
    """An index cannot be called like that."""

    code = "bad-title"
    field = "title"
    message = _l("A title has 1 to 100 characters.")


class UnknownChoice(Invalid):
    """There is no such kind, visibility, rule or right."""

    code = "unknown-choice"
    message = _l("This cannot be chosen here.")


class BadBases(Conflict):
    """An index cannot have these bases."""

    code = "bad-bases"
    field = "base"


class BadUpstream(Invalid):
    """A mirror cannot copy this address."""

    code = "bad-upstream"
    field = "upstream_url"
    message = _l("An upstream is the address of a simple index, with http:// or https://.")


class BadAge(Invalid):
    """A minimum age is no number of days."""

    code = "bad-age"
    field = "minimum_age_days"
    message = _l("A minimum age is a whole number of days, from 0 to 3650.")


class MainStays(Conflict):
    """The main index cannot be removed."""

    code = "main-stays"
    message = _l("The index main cannot be removed: this site speaks for it.")


class SlugNotConfirmed(Invalid):
    """The slug typed to confirm a removal is another one."""

    code = "not-confirmed"
    field = "confirmation"
    message = _l("What you typed is not the slug of this index. Please type it exactly.")


class IndexNotEmpty(Conflict):
    """An index that is to be removed holds projects, and nobody said that they may go."""

    code = "index-not-empty"
    field = "with_projects"


class BadPattern(Invalid):
    """Names cannot be reserved by this pattern."""

    code = "bad-pattern"
    field = "pattern"
    message = _l(
        "A pattern is a name in which stars stand for anything, as in acme-*, "
        "with at least three letters or digits."
    )


class PatternTaken(Conflict):
    """The pattern is reserved already."""

    code = "pattern-taken"
    field = "pattern"
    message = _l("This pattern is reserved already.")


class PatternNotFound(NotFound):
    """The pattern is not reserved."""

    code = "pattern-not-found"
    message = _l("This pattern is not reserved.")
