"""Moon, sun and tides for people who plan outdoors."""

from datetime import date

__version__ = "@version@"

_NEW_MOON = date(2000, 1, 6)
_MONTH = 29.530588
_PHASES = ("new", "waxing", "half", "waxing", "full", "waning", "half", "waning")


def moon(day: date) -> str:
    """Return the phase of the moon on a day."""
    age = (day - _NEW_MOON).days % _MONTH
    return _PHASES[round(age / _MONTH * 8) % 8]
