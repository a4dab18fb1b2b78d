"""What crawlers cannot have."""

from app.core.exceptions import NotFound
from app.core.i18n import _l


class MapClosed(NotFound):
    """Not everyone may read the main index, so there is nothing for crawlers."""

    code = "map-closed"
    message = _l("There is no map of a site that is not for everyone.")


class PartNotFound(NotFound):
    """The map has no such part."""

    message = _l("There is no such part of the map.")


class NobodyToContact(NotFound):
    """The operator did not say who takes reports."""

    code = "nobody-to-contact"
    message = _l("Nobody has said yet to whom problems of this site are told.")
