"""What is refused in the back office."""

from app.core.exceptions import Conflict, Invalid, NotFound
from app.core.i18n import _l


class UnknownFlag(Invalid):
    """There is nothing of this name to switch."""

    code = "unknown-flag"
    message = _l("There is no such switch.")


class BadReason(Invalid):
    """A reason is too long, or not one line of plain text."""

    code = "bad-reason"
    message = _l("A reason is one line of at most 150 characters.")


class BadBanner(Invalid):
    """A message cannot be shown like that."""

    code = "bad-banner"


class TooManyBanners(Conflict):
    """There are as many messages as pages may carry."""

    code = "too-many-banners"
    message = _l("There are five messages already. Take one down first.")


class BannerNotFound(NotFound):
    """There is no such message."""

    code = "banner-not-found"
    message = _l("This message is not there any more.")
