"""Addresses and people that a stranger wrote into metadata, made safe to show."""

import re
from dataclasses import dataclass
from email.utils import getaddresses
from urllib.parse import quote, urlsplit

_SCHEMES = {"http", "https"}
# Reading addresses takes time for each character, on every view of a page.
_LONGEST = 4_000
# Honest projects have ten.
_MOST_LINKS = 100


# "Well-known Project URLs in Metadata": labels are compared without punctuation and spaces.
_PUNCTUATION = re.compile(r"[\s!-/:-@\[-`{-~]+")
_WELL_KNOWN = {
    "home": ("homepage", "home", "website"),
    "source": ("source", "repository", "sourcecode", "github", "code", "repo"),
    "download": ("download", "downloads"),
    "changes": ("changelog", "changes", "whatsnew", "history", "releasenotes", "releases", "news"),
    "docs": ("documentation", "docs", "doc", "api", "guide", "tutorial"),
    "issues": ("issues", "bugs", "issue", "tracker", "issuetracker", "bugtracker", "bugreports"),
    "funding": ("funding", "sponsor", "donate", "donation", "donations"),
    "chat": ("chat", "discord", "slack", "matrix", "gitter", "forum", "discussions", "mailinglist"),
}
_KINDS = {label: kind for kind, labels in _WELL_KNOWN.items() for label in labels}
# What the hosts are for that many projects use; a label says more.
_HOSTS = {
    "github.com": "source",
    "gitlab.com": "source",
    "codeberg.org": "source",
    "bitbucket.org": "source",
    "sr.ht": "source",
    "readthedocs.io": "docs",
    "readthedocs.org": "docs",
    "discord.gg": "chat",
    "discord.com": "chat",
    "gitter.im": "chat",
    "matrix.to": "chat",
    "slack.com": "chat",
    "opencollective.com": "funding",
    "patreon.com": "funding",
    "ko-fi.com": "funding",
    "liberapay.com": "funding",
    "tidelift.com": "funding",
}
OTHER = "other"


@dataclass(frozen=True)
class Link:
    """A labelled link that a browser may follow; `label` is empty when nobody gave one.

    `kind` tells what it is for, as far as its label or its host does.
    """

    label: str
    url: str
    host: str
    kind: str = OTHER


@dataclass(frozen=True)
class Contact:
    """A person named in metadata; `mailto` is None when there is no usable address."""

    name: str
    mailto: str | None


def list_links(labelled: tuple[tuple[str, str], ...]) -> tuple[Link, ...]:
    """Return the links that lead to the web, each address once, in the order given.

    Anything else, `javascript:` above all, is left out; of very many the first stay.
    """
    found: dict[str, Link] = {}
    for label, url in labelled[:_MOST_LINKS]:
        link = _read(label, url.strip())
        if link is not None:
            found.setdefault(link.url.rstrip("/"), link)
    return tuple(found.values())


def list_contacts(names: str, addresses: str) -> tuple[Contact, ...]:
    """Return the people in a name field and in an e-mail field (RFC 5322)."""
    found = [_contact(name, address) for name, address in _split(addresses[:_LONGEST])]
    contacts = [contact for contact in found if contact.name]
    is_named = any(contact.name == names.strip() for contact in contacts)
    if names.strip() and not is_named:
        only = contacts[0] if len(contacts) == 1 else None
        # One bare address beside one name is that person's.
        if only is not None and only.mailto == f"mailto:{quote(only.name, safe='@.+-_')}":
            return (Contact(names.strip(), only.mailto),)
        contacts.insert(0, Contact(names.strip(), None))
    return tuple(dict.fromkeys(contacts))


def _split(addresses: str) -> list[tuple[str, str]]:
    try:
        return getaddresses([addresses])
    except RecursionError:
        # Comments in comments in comments: shown as they are.
        return [(addresses, "")]


def _read(label: str, url: str) -> Link | None:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme.lower() not in _SCHEMES or not host:
        return None
    host = host.removeprefix("www.")
    return Link(label.strip(), url, host, _kind_of(label, host))


def _kind_of(label: str, host: str) -> str:
    word = _PUNCTUATION.sub("", label.lower())
    # A host of somebody's own stands below one of these.
    domain = ".".join(host.split(".")[-2:])
    return _KINDS.get(word) or _HOSTS.get(domain, OTHER)


def _contact(name: str, address: str) -> Contact:
    local, at, domain = address.rpartition("@")
    usable = bool(local and at and domain and not any(mark.isspace() for mark in address))
    mailto = f"mailto:{quote(address, safe='@.+-_')}" if usable else None
    return Contact(name.strip() or address.strip(), mailto)
