"""A rule of what stays, and for which projects."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import translate


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What stays of the projects of an index whose normalised name fits a pattern.

    See the model for what the numbers mean; a rule without any lets nothing go.
    """

    pattern: str
    keep_newest: int | None = None
    downloaded_days: int | None = None
    prerelease_days: int | None = None
    age_days: int = 0

    @property
    def is_idle(self) -> bool:
        """Tell whether it lets nothing go."""
        return self.keep_newest is None and self.prerelease_days is None

    @property
    def weight(self) -> tuple[bool, int]:
        """Return what is the greater the fewer names the pattern fits."""
        return ("*" not in self.pattern, len(self.pattern.replace("*", "")))


class RuleBook:
    """The rules of an index; of those that fit a name, the one for the fewest names counts."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        ordered = sorted(rules, key=lambda rule: (rule.weight, rule.pattern), reverse=True)
        self._rules = [(re.compile(translate(rule.pattern)), rule) for rule in ordered]

    def find(self, normalized_name: str) -> Rule | None:
        """Return the rule for a name, or None."""
        fits = (rule for pattern, rule in self._rules if pattern.match(normalized_name))
        return next(fits, None)

    @property
    def is_idle(self) -> bool:
        """Tell whether no rule lets anything go."""
        return all(rule.is_idle for _pattern, rule in self._rules)
