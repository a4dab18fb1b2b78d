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


MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LINK = "{http://www.w3.org/1999/xhtml}link"


def parts(client, **options):
    """Return the addresses of the parts of the map."""
    root = root_of(client.get("/sitemap.xml", **options))
    assert root.tag == f"{MAP}sitemapindex"
    return [part.findtext(f"{MAP}loc") for part in root]


def pages(client, **options):
    """Return what each page of the map is told with, by its address."""
    found = {}
    for part in parts(client, **options):
        root = root_of(client.get(part, **options))
        assert root.tag == f"{MAP}urlset"
        assert 0 < len(root) <= 50_000
        found |= {url.findtext(f"{MAP}loc"): url for url in root}
    return found


def projects(client):
    """Return the addresses of the projects on the map, without the site."""
    return {url.removeprefix("http://localhost") for url in pages(client) if "/project/" in url}
