"""Addresses and people that a stranger wrote into metadata, made safe to show."""

from dataclasses import dataclass
from email.utils import getaddresses
from urllib.parse import quote, urlsplit

_SCHEMES = {"http", "https"}
# Reading addresses takes time for each character, on every view of a page.
_LONGEST = 4_000


@dataclass(frozen=True)
class Link:
    """A labelled link that a browser may follow; `label` is empty when nobody gave one."""

    label: str
    url: str
    host: str


@dataclass(frozen=True)
class Contact:
    """A person named in metadata; `mailto` is None when there is no usable address."""

    name: str
    mailto: str | None


def list_links(labelled: tuple[tuple[str, str], ...]) -> tuple[Link, ...]:
    """Return the links that lead to the web, each address once, in the order given.

    Anything else, `javascript:` above all, is left out.
    """
    found: dict[str, Link] = {}
    for label, url in labelled:
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
    return Link(label.strip(), url, host.removeprefix("www."))


def _contact(name: str, address: str) -> Contact:
    local, at, domain = address.rpartition("@")
    usable = bool(local and at and domain and not any(mark.isspace() for mark in address))
    mailto = f"mailto:{quote(address, safe='@.+-_')}" if usable else None
    return Contact(name.strip() or address.strip(), mailto)
