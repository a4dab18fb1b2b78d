"""Secrets: how they are made, hashed and compared."""

import hashlib
import hmac
import secrets
import unicodedata
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's smallest recommended setting: 31 ms a check on the machine it was measured on.
_hasher = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)
# Each check takes 19 MiB; a crowd at the door must queue for memory, not fill it.
_turns = BoundedSemaphore(2)


def hash_password(password: str) -> str:
    """Return an argon2id hash of a password."""
    with _turns:
        return _hasher.hash(_same_on_all_keyboards(password))


def verify_password(hashed: str | None, password: str) -> bool:
    """Tell whether a password fits a hash, in the same time when there is no hash."""
    # Made at the first check of all, so that no later one takes longer for it.
    nobody = _nobody()
    try:
        with _turns:
            fits = _hasher.verify(hashed or nobody, _same_on_all_keyboards(password))
    except (VerificationError, InvalidHashError):
        return False
    return fits and hashed is not None


def needs_rehash(hashed: str) -> bool:
    """Tell whether a hash was made with other settings than today's."""
    return _hasher.check_needs_rehash(hashed)


def make_secret(prefix: str = "") -> str:
    """Return a new random secret of 256 bits, safe in URLs."""
    return prefix + secrets.token_urlsafe(32)


def digest_secret(secret: str) -> str:
    """Return the form in which a random secret is stored and looked up: SHA-256, hex.

    A slow hash is for passwords; 256 random bits cannot be guessed.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


def is_same(one: str, other: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


@cache
def _nobody() -> str:
    return hash_password(secrets.token_urlsafe(16))


def _same_on_all_keyboards(password: str) -> str:
    """Return a password in the form in which it is hashed: an ä is an ä, however it is typed."""
    return unicodedata.normalize("NFKC", password)
