"""Secrets: how they are made, hashed and compared."""

import hashlib
import hmac
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's smallest recommended setting: 31 ms a check on the machine it was measured on.
_hasher = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)


def hash_password(password: str) -> str:
    """Return an argon2id hash of a password."""
    return _hasher.hash(password)


def verify_password(hashed: str | None, password: str) -> bool:
    """Tell whether a password fits a hash, in the same time when there is no hash."""
    # Made at the first check of all, so that no later one takes longer for it.
    nobody = _nobody()
    try:
        return _hasher.verify(hashed or nobody, password) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False


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
