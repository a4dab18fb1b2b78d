"""Versions as bytes whose order is the order of PEP 440, so that SQL can sort them.

Numbers are written as their digits with the count of digits before them: a
shorter number is a smaller one. Zero ends a list, so a prefix sorts first.
"""

from packaging.version import InvalidVersion, Version

LONGEST = 200

_END = b"\x00"
_LOWEST, _MIDDLE, _HIGHEST = b"\x00", b"\x01", b"\xff"


def parse_version(text: str) -> Version | None:
    """Return a version, or None if PEP 440 does not know it or no release can have it."""
    # int() refuses thousands of digits, and not with the error that is caught here.
    if len(text) > LONGEST:
        return None
    try:
        return Version(text)
    except InvalidVersion:
        return None


def canonical(version: Version) -> str:
    """Return the one spelling of all equal versions: `1.0` and `1.0.0` are both `1`."""
    return _without_zeros(version)


def sort_key(version: Version) -> bytes:
    """Return bytes that compare as versions do (PEP 440)."""
    return b"".join(
        (
            _number(version.epoch),
            b"".join(_number(part) for part in _significant(version.release)) + _END,
            _pre(version),
            _LOWEST if version.post is None else _MIDDLE + _number(version.post),
            _HIGHEST if version.dev is None else _MIDDLE + _number(version.dev),
            _local(version.local),
        )
    )


def _pre(version: Version) -> bytes:
    if version.pre is not None:
        letter, number = version.pre
        return _MIDDLE + letter[:1].encode() + _number(number)
    # PEP 440: a development release of the final one comes before its alphas.
    is_bare_dev = version.post is None and version.dev is not None
    return _LOWEST if is_bare_dev else _HIGHEST


def _local(local: str | None) -> bytes:
    if local is None:
        return _LOWEST
    return _MIDDLE + b"".join(_segment(part) for part in local.split(".")) + _END


def _segment(part: str) -> bytes:
    if part.isdecimal():
        return b"\x02" + _number(int(part))
    return b"\x01" + part.encode() + _END


def _number(value: int) -> bytes:
    digits = str(value).encode()
    return bytes([len(digits)]) + digits


def _significant(release: tuple[int, ...]) -> tuple[int, ...]:
    end = len(release)
    while end > 1 and release[end - 1] == 0:
        end -= 1
    return release[:end]


def _without_zeros(version: Version) -> str:
    epoch = f"{version.epoch}!" if version.epoch else ""
    head = epoch + ".".join(map(str, version.release))
    numbers = ".".join(map(str, _significant(version.release)))
    return epoch + numbers + str(version)[len(head) :]
