"""Sanitised README HTML made readable for everybody."""

import re

from markupsafe import Markup

# The renderer puts a link without words into every heading, tells the language of
# a program where HTML wants one of people, and what scrolls must take the focus.
# The sanitiser writes attributes in this one way and escapes `<` and `"` elsewhere.
_EMPTY_LINK = re.compile(r'<a href="#[^"<>]*"(?: rel="[^"<>]*")?></a>')
_SCROLLER = re.compile(r'<(pre|table)(?: lang="[^"<>]*")?(?=[ >])')


def readable(html: str) -> Markup:
    """Return sanitised HTML without empty links, with code and tables in reach of the keyboard."""
    return Markup(_SCROLLER.sub(r'<\1 tabindex="0"', _EMPTY_LINK.sub("", html)))  # noqa: S704
