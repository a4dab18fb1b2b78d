"""What is refused about pages."""

from app.core.exceptions import Conflict, Invalid, NotFound, TooLarge
from app.core.i18n import _l


class BadPath(Invalid):
    """A page cannot have this path."""

    code = "bad-path"
    field = "path"
    message = _l(
        "A path begins with a slash and has at most 200 characters: letters, digits, "
        "hyphens, underscores and dots, in at most 10 parts with single slashes between them."
    )


class PathTaken(Conflict):
    """The application itself answers at a path."""

    code = "path-taken"
    field = "path"

    def __init__(self, rule: str) -> None:
        message = _l(
            "The application itself answers at this path, by its route %(rule)s, and always "
            "wins over a page. Please choose another one.",
            rule=rule,
        )
        super().__init__(message)


class PathInUse(Conflict):
    """A page or a redirect has the path already."""

    code = "path-in-use"
    field = "path"
    message = _l("There is a page or a redirect at this path already.")


class PageNotFound(NotFound):
    """There is no page here, or none that the reader may see."""

    code = "page-not-found"
    message = _l("There is no page at this address.")


class BadText(Invalid):
    """A page cannot have this text."""

    code = "bad-text"
    field = "body"
    message = _l("The text cannot be used.")


class BadPageTitle(Invalid):
    """A page cannot have this title, description or note."""

    code = "bad-title"
    field = "title"
    message = _l("A title has 1 to 200 characters.")


class TextChanged(Conflict):
    """Somebody else saved the text in the meantime."""

    code = "text-changed"
    message = _l("Somebody else has changed this text since you opened it.")


class TooManyPages(Conflict):
    """There is no room for another page, redirect, link or image."""

    code = "too-many"
    message = _l("There are too many of these. Please remove some first.")


class NotSeeded(Conflict):
    """No text of this page came with the software."""

    code = "not-seeded"
    message = _l("No text of this page came with the software, so there is nothing to go back to.")


class SeededStays(Conflict):
    """A page that came with the software cannot go or move."""

    code = "seeded-stays"
    message = _l(
        "This page came with the software, and other pages lead to it, so it stays where it is. "
        "You can change its text, or withdraw it."
    )


class NotConfirmed(Invalid):
    """What was typed is not the path of the page."""

    code = "not-confirmed"
    field = "confirmation"
    message = _l("This is not the path of the page.")


class BadTarget(Invalid):
    """A redirect or a link cannot lead there."""

    code = "bad-target"
    field = "target"
    message = _l(
        "Give a path of this site such as /about, or an address that begins with https://."
    )


class RedirectLoop(Conflict):
    """A redirect would lead in circles, or over too many others."""

    code = "redirect-loop"
    field = "target"
    message = _l("This redirect would lead back to itself, or over more than 5 others.")


class LostInRedirects(NotFound):
    """The redirects from here lead nowhere."""

    code = "redirect-loop"
    message = _l("The redirects from this address lead in circles, so there is nothing to show.")


class BadLabel(Invalid):
    """A link of a menu cannot be called like that."""

    code = "bad-label"
    field = "label"
    message = _l("A link needs a label of at most 60 characters in at least one language.")


class BadImage(Invalid):
    """A file is no picture that pages can show."""

    code = "bad-image"
    field = "image"
    message = _l(
        "Only PNG, JPEG, WebP and GIF pictures can be used, and this is none, or a broken one."
    )


class ImageTooLarge(TooLarge):
    """A picture has too many bytes or pixels."""

    code = "image-too-large"
    field = "image"
    message = _l("A picture has at most 4 MB and 24 million pixels, and no side over 10,000.")


class ImageInUse(Conflict):
    """Pages show the picture."""

    code = "image-in-use"

    def __init__(self, places: str) -> None:
        super().__init__(_l("This picture is shown on pages: %(places)s.", places=places))


class BadBundle(Invalid):
    """Files of pages cannot be taken as they are; the message says what is wrong with each."""

    code = "bad-bundle"


class FolderNotEmpty(Conflict):
    """There are pages in the folder already."""

    code = "folder-not-empty"
    message = _l("There are pages in this folder already. Say --replace to write others.")
