"""What a password must not be."""

from app.accounts.names import username_key

SHORTEST = 8
LONGEST = 1000

_FEWEST_CHARACTERS = 4
_ROWS = ("0123456789012345", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "qwertzuiop", "asdfghjkl")
_LOOKALIKES = str.maketrans("013457@$!", "oieastasi")
# What people choose first, in the form that `_bare` gives it.
_COMMON_WORDS = """
    admin administrator asdf baseball batman changeme charlie computer default dragon football
    geheim hallo hello hunter iloveyou internet letmein login master michael monkey passphrase
    passw password passwort pokemon princess qwerty qwertz schatz secret shadow starwars summer
    sunshine superman test testing tilsit trustno welcome whatever willkommen winter
"""
_COMMON = frozenset(_COMMON_WORDS.split())


def is_trivial(password: str, *, username: str = "", address: str = "") -> bool:
    """Tell whether a password would be among the first that somebody tries.

    It is small on purpose: no list replaces a second factor, but the usual
    suspects and the account's own names need not pass.
    """
    key = password.lower()
    own = {username_key(username), address.lower(), address.lower().partition("@")[0]} - {""}
    return key in own or len(set(key)) < _FEWEST_CHARACTERS or _is_row(key) or _is_common(key)


def _is_row(key: str) -> bool:
    return any(key in row or key in row[::-1] for row in _ROWS)


def _is_common(key: str) -> bool:
    return _bare(key) in _COMMON or _bare(key.translate(_LOOKALIKES)) in _COMMON


def _bare(key: str) -> str:
    """Return a word without the digits and signs that people hang on to it."""
    return key.strip("0123456789!?.,;:-_#*+=@$%&/() ")
