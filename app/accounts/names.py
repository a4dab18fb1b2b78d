"""Usernames and mail addresses: which one may have, and when two are the same."""

import re
from dataclasses import dataclass

import email_validator
from email_validator import EmailNotValidError, validate_email

USERNAME_LONGEST = 50
# The hyphen is escaped for browsers, which read `pattern` as a Unicode-sets expression.
USERNAME_PATTERN = r"[A-Za-z0-9](?:[A-Za-z0-9._\-]*[A-Za-z0-9])?"
ADDRESS_LONGEST = 254
NAME_LONGEST = 100
# No control characters, and nothing that begins like a tag.
NAME_PATTERN = r"[^\x00-\x1f\x7f<>]*"

# Names that would let somebody speak for the house; commands may give them.
_RESERVED_WORDS = """
    abuse account admin administrator all anonymous anyone api daemon deleted-user everyone guest
    help hostmaster info mail mailer-daemon me moderator no-reply nobody none noreply null
    operator owner postmaster root security self somebody staff support sysadmin system test
    tilsit token undefined user username webmaster www
"""
_RESERVED = frozenset(_RESERVED_WORDS.split())


# The library's own switch: these are refused by default, but an intranet uses them.
for _domain in ("local", "localhost", "test"):
    email_validator.SPECIAL_USE_DOMAIN_NAMES.remove(_domain)


@dataclass(frozen=True)
class Address:
    """A mail address as it is written to, and the form in which two are compared."""

    text: str
    key: str


def is_username(text: str) -> bool:
    """Tell whether an account may have this name."""
    return len(text) <= USERNAME_LONGEST and matches(USERNAME_PATTERN, text)


def is_name(text: str) -> bool:
    """Tell whether a person may be shown by this name."""
    return len(text) <= NAME_LONGEST and matches(NAME_PATTERN, text)


def matches(pattern: str, text: str) -> bool:
    """Tell whether a text is all of what a pattern says, as in a browser."""
    return re.fullmatch(pattern, text) is not None


def is_reserved(username: str) -> bool:
    """Tell whether a name speaks for the house, whatever its punctuation."""
    key = username_key(username)
    return key in _RESERVED or re.sub(r"[._-]+", "", key) in _RESERVED


def username_key(username: str) -> str:
    """Return the form in which usernames are compared."""
    return username.strip().lower()


def find_address(text: str) -> Address | None:
    """Return a mail address, or None if mail cannot be sent to such a thing.

    Names that only an intranet knows (`mail.internal`, `host.test`) are fine, so
    nothing is asked of the DNS. Other alphabets are welcome in the domain; before
    the @ they would need a mail server that many do not run.
    """
    try:
        found = validate_email(
            text.strip(),
            check_deliverability=False,
            globally_deliverable=False,
            allow_smtputf8=False,
            strict=True,
        )
    except EmailNotValidError:
        return None
    # Without the check of deliverability, a domain of one word passes.
    if "." not in found.domain and found.domain != "localhost":
        return None
    return Address(found.normalized, str(found.ascii_email).lower())
