"""Reading feeds and sitemaps as machines do, by their namespaces."""

from xml.etree import ElementTree

ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"


def root_of(answer):
    assert answer.status_code == 200, answer.text
    return ElementTree.fromstring(answer.get_data())


def titles(answer):
    """Return the titles of a feed's entries, whichever format it has."""
    root = root_of(answer)
    if root.tag == "rss":
        return [item.findtext("title") for item in root.iter("item")]
    return [entry.findtext(f"{ATOM}title") for entry in root.iter(f"{ATOM}entry")]


def items(answer):
    """Return what an RSS feed tells in each of its entries."""
    return [{part.tag: part.text or "" for part in item} for item in root_of(answer).iter("item")]
