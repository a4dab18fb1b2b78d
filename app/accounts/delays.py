"""Delays that grow with failed attempts, from one place, and lock nobody else out.

An attempt is counted before it is judged and forgiven when it succeeds: counted
afterwards, a hundred guesses sent at once would all find the door open.
"""

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from app.accounts.exceptions import MustWait
from app.accounts.models import LoginDelay
from app.core import clock
from app.core.security import digest_secret
from app.extensions import db

FORGOTTEN_AFTER = timedelta(hours=1)
_STEEPEST = 20


@dataclass(frozen=True)
class Rule:
    """So many attempts are free; then one waits, twice as long each time, in seconds."""

    name: str
    free: int
    first: int
    longest: int

    def wait(self, attempts: int) -> timedelta:
        """Return how long to wait after so many attempts."""
        over = attempts - self.free
        if over <= 0:
            return timedelta()
        return timedelta(seconds=min(self.longest, self.first * 2 ** min(over - 1, _STEEPEST)))


def count(rule: Rule, *who: str) -> None:
    """Count an attempt; raises `MustWait` while one must wait for the next."""
    row = _row(_key(rule, who))
    now = clock.now()
    # No wait is longer than the longest: a clock that was wrong for a while must
    # not keep people out for years.
    if now < row.blocked_until <= now + timedelta(seconds=rule.longest):
        raise MustWait(int((row.blocked_until - now).total_seconds()) + 1)
    if row.last_failed_at < now - FORGOTTEN_AFTER:
        row.failures = 0
    row.failures += 1
    row.last_failed_at = now
    row.blocked_until = now + rule.wait(row.failures)


def forgive(rule: Rule, *who: str) -> None:
    """Take back one attempt and its delay."""
    row = _row(_key(rule, who))
    row.failures = max(row.failures - 1, 0)
    row.blocked_until = clock.now()


def forget(rule: Rule, *who: str) -> None:
    """Take back all attempts."""
    db.session.execute(delete(LoginDelay).where(LoginDelay.key == _key(rule, who)))


def place(address: str) -> str:
    """Return the place behind a network address: a household has a /64 of IPv6."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if found.version == 6 else str(found)


def _key(rule: Rule, who: tuple[str, ...]) -> str:
    return digest_secret("\0".join((rule.name, *who)))


def _row(key: str) -> LoginDelay:
    """Return a row, locked until the commit, made if there is none."""
    return _find(key) or _add(key)


def _find(key: str) -> LoginDelay | None:
    # A row read before the lock was there would count from an old number.
    return db.session.get(LoginDelay, key, with_for_update=True, populate_existing=True)


def _add(key: str) -> LoginDelay:
    now = clock.now()
    # What grows with strangers' attempts is swept by them too.
    db.session.execute(delete(LoginDelay).where(LoginDelay.last_failed_at < now - FORGOTTEN_AFTER))
    row = LoginDelay(key=key, failures=0, last_failed_at=now, blocked_until=now)
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        # Somebody else's attempt made it at the same moment.
        return db.session.get_one(LoginDelay, key, with_for_update=True)
    return row
