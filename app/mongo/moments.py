"""Times with all their digits: MongoDB's own dates end at milliseconds.

A moment is kept as microseconds since 1970, a whole number of 64 bits. It sorts,
takes ranges, and `{$toDate: {$divide: [<moment>, 1000]}}` makes a date of it.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from mongoengine import LongField

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STEP = timedelta(microseconds=1)


def to_micros(at: datetime | None) -> int | None:
    """Return a time as microseconds since 1970; a naive one raises `TypeError`."""
    return None if at is None else (at - EPOCH) // _STEP


def from_micros(count: int | None) -> datetime | None:
    """Return the time, in UTC, that a number of microseconds stands for."""
    return None if count is None else EPOCH + timedelta(microseconds=count)


class MomentField(LongField):
    """A time in UTC to the microsecond."""

    def to_python(self, value: Any) -> datetime | None:
        """Return the time that stands in a document."""
        return value if isinstance(value, datetime) else from_micros(value)

    def to_mongo(self, value: Any) -> int | None:
        """Return the number that is stored."""
        return to_micros(value) if isinstance(value, datetime) else value

    def prepare_query_value(self, op: str, value: Any) -> Any:
        """Return the number that a time is compared with."""
        return super().prepare_query_value(op, self.to_mongo(value))

    def validate(self, value: Any, **_options: Any) -> None:
        """Refuse what is no time."""
        if not isinstance(value, datetime):
            self.error("a time is needed")
