"""What the tests of pages ask of a page's HTML."""

import html5lib
from bs4 import BeautifulSoup

# Parse errors that HTML5 allows and html5lib still counts.
_ALLOWED: set[str] = set()


def soup(answer):
    return BeautifulSoup(answer.text, "lxml")


def faults(answer):
    """Return what is wrong with the markup, and all that the content policy would stop."""
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(answer.text)
    found = [code for _place, code, _facts in parser.errors if code not in _ALLOWED]
    return found + inline(soup(answer)) + doubled(soup(answer))


def inline(page):
    # A block of data is never run, and no policy looks at it.
    scripts = [
        str(tag)
        for tag in page.find_all("script")
        if not tag.get("src") and tag.get("type") != "application/ld+json"
    ]
    styles = [str(tag) for tag in page.find_all("style")]
    handlers = [
        f"{tag.name} {name}"
        for tag in page.find_all(True)
        for name in tag.attrs
        if name == "style" or name.startswith("on")
    ]
    addresses = [
        str(tag)
        for tag in page.find_all(href=True)
        if tag["href"].strip().lower().startswith(("javascript:", "data:", "vbscript:"))
    ]
    return scripts + styles + handlers + addresses


def doubled(page):
    ids = [tag["id"] for tag in page.find_all(id=True)]
    return sorted({f"id {one} twice" for one in ids if ids.count(one) > 1})
