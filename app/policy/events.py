"""Facts about rules."""

from dataclasses import dataclass

from app.indexes.events import PagesVoided


@dataclass(frozen=True, kw_only=True)
class PolicyRuleMade(PagesVoided):
    """An index blocks, allows or exempts something from now on."""

    kind: str
    pattern: str
    specifier: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PolicyRuleRemoved(PagesVoided):
    """A rule of an index holds no more."""

    kind: str
    pattern: str
    specifier: str
