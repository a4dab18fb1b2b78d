"""What can go wrong with an upstream."""

from app.core.exceptions import NotFound, Unavailable
from app.core.i18n import _l


class UpstreamUnavailable(Unavailable):
    """The upstream could not be asked, or what it said makes no sense."""

    code = "upstream-unavailable"
    message = _l("The index that this is copied from cannot be reached. Please try again.")


class UpstreamMissing(NotFound):
    """The upstream has no such file."""

    code = "upstream-missing"
    message = _l("The index that this is copied from has no such file.")


class CopyBroken(Unavailable):
    """What the upstream sent is not what it announced, and nothing of it was kept."""

    code = "copy-broken"
    message = _l("The index that this is copied from sent a broken file. Please try again later.")


class MirrorBusy(Unavailable):
    """So much is being fetched that nothing more is begun."""

    code = "mirror-busy"
    message = _l("Too many files are being fetched at the moment. Please try again.")
