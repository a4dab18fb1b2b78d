"""A rule of an index, and what it means for a file that is not served because of one."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from packaging.specifiers import SpecifierSet

from app.core.i18n import _, _l
from app.projects.versions import parse_version
from app.web.filters import moment

BLOCK, ALLOW, EXEMPT = "block", "allow", "exempt"
KINDS = (BLOCK, ALLOW, EXEMPT)

TOO_YOUNG = "too-young"
NO_UPLOAD_TIME = "no-upload-time"
BLOCKED = "blocked"
NOT_ALLOWED = "not-allowed-here"
FILE_CHANGED = "file-changed"

# Without an end: an address follows for programs, a full stop on pages.
_WORDS = {
    TOO_YOUNG: _l("This is held back until %(moment)s, when it will be old enough"),
    NO_UPLOAD_TIME: _l("Nobody told when this was uploaded, so it is held back"),
    BLOCKED: _l("This is blocked by a rule of this index"),
    NOT_ALLOWED: _l("This index serves only what a rule allows, and none allows this"),
    FILE_CHANGED: _l("This file is another one than before under its name"),
}
CODES = tuple(_WORDS)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What an index decided of the names that fit a pattern, or of some of their versions.

    `block` and `allow` say whether they are served; `exempt` lets files in that are
    too young or that changed.
    """

    number: int
    index_slug: str
    kind: str
    pattern: str
    specifier: str = ""
    reason: str = ""

    @property
    def is_exact(self) -> bool:
        """Tell whether it is for one name."""
        return "*" not in self.pattern

    @property
    def weight(self) -> tuple[bool, int, bool, bool]:
        """Return what is the greater the fewer files the rule fits; a block breaks a tie."""
        letters = len(self.pattern.replace("*", ""))
        return (self.is_exact, letters, bool(self.specifier), self.kind == BLOCK)

    def covers(self, version: str) -> bool:
        """Tell whether it is for a version of the names that it fits.

        Pre-releases are in a range as all others are. A version that PEP 440 does not
        know is in none.
        """
        return not self.specifier or _contains(self.specifier, version)


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a file is not served: a stable code and what belongs to it.

    `rule` is the one that decided, if one did, and `until` the moment from which
    the file will be served, if nothing else happens.
    """

    code: str
    rule: Rule | None = None
    until: datetime | None = None

    @property
    def sentence(self) -> str:
        """Return one sentence in the reader's language; the address in it holds the code."""
        words = self._words(f"{self.until:%Y-%m-%d %H:%M} UTC" if self.until else "")
        told = f"{words}: /help/refused/{self.code}"
        return f"{told} ({self.reason})" if self.reason else told

    @property
    def page_sentence(self) -> str:
        """Return what a page says, where a link stands beside it and the reason has its place."""
        words = f"{self._words(moment(self.until) if self.until else '')}."
        return f"{words} {_('Reason: %(reason)s', reason=self.reason)}" if self.reason else words

    @property
    def reason(self) -> str:
        """Return why the rule was made, if a rule decided and somebody said."""
        return self.rule.reason if self.rule else ""

    def _words(self, until: str) -> str:
        return str(_WORDS[self.code] % {"moment": until})


@lru_cache(maxsize=16_384)
def _contains(specifier: str, version: str) -> bool:
    parsed = parse_version(version)
    return parsed is not None and _parsed(specifier).contains(parsed, prereleases=True)


@lru_cache(maxsize=1_024)
def _parsed(specifier: str) -> SpecifierSet:
    return SpecifierSet(specifier)
