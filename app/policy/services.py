"""Making and removing rules."""

import re
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from sqlalchemy import func, select

from app.accounts.actors import OPERATOR, Actor
from app.core import clock
from app.core.database import add_unless_there, wait_for_turn
from app.core.events import tell
from app.extensions import db
from app.indexes.models import Index
from app.indexes.permissions import demand_administer
from app.indexes.services import describe, void_pages
from app.policy.events import PolicyRuleMade, PolicyRuleRemoved
from app.policy.exceptions import (
    BadPattern,
    BadReason,
    BadSpecifier,
    RuleExists,
    RuleNotFound,
    TooManyRules,
)
from app.policy.models import PolicyRule
from app.policy.queries import find_rule
from app.projects.names import LONGEST, normalise
from app.projects.versions import parse_version

MOST_RULES = 10_000
LONGEST_SPECIFIER = 200
LONGEST_REASON = 500

_PATTERN = re.compile(r"[a-z0-9*]([a-z0-9*-]*[a-z0-9*])?\Z")


def add_rule(
    index: Index,
    kind: str,
    pattern: str,
    specifier: str = "",
    reason: str = "",
    *,
    actor: Actor = OPERATOR,
) -> PolicyRule:
    """Make a rule of one of the KINDS; a version alone stands for exactly this one."""
    demand_administer(actor, index)
    facts: dict[str, Any] = {
        "kind": kind,
        "pattern": _clean_pattern(pattern),
        "specifier": _clean_specifier(specifier),
        "reason": _clean_reason(reason),
    }
    wait_for_turn(f"policy {index.id}")
    if _count_rules(index) >= MOST_RULES:
        raise TooManyRules
    made = {"made_by": actor.account_id, "made_at": clock.now()}
    if not add_unless_there(PolicyRule, index_id=index.id, **facts, **made):
        raise RuleExists
    void_pages(index)
    tell(PolicyRuleMade(**describe(actor, index), **facts))
    return _get_same(index, facts)


def remove_rule(index: Index, number: int, *, actor: Actor = OPERATOR) -> PolicyRule:
    """Remove a rule of an index by its number and return it; raises `RuleNotFound`."""
    demand_administer(actor, index)
    rule = find_rule(index, number)
    if rule is None:
        raise RuleNotFound
    db.session.delete(rule)
    db.session.flush()  # What is rendered next must not see it.
    void_pages(index)
    tell(
        PolicyRuleRemoved(
            **describe(actor, index),
            kind=rule.kind,
            pattern=rule.pattern,
            specifier=rule.specifier,
        )
    )
    return rule


def _clean_pattern(text: str) -> str:
    pattern = normalise(text.strip())
    if len(pattern) > LONGEST or _PATTERN.match(pattern) is None:
        raise BadPattern
    return pattern


def _clean_specifier(text: str) -> str:
    wanted = text.strip()
    if parse_version(wanted) is not None:
        wanted = f"=={wanted}"
    if len(wanted) > LONGEST_SPECIFIER:
        raise BadSpecifier
    try:
        return str(SpecifierSet(wanted))
    except (InvalidSpecifier, ValueError) as error:
        raise BadSpecifier from error


def _clean_reason(text: str) -> str:
    reason = " ".join(text.split())
    if len(reason) > LONGEST_REASON or not reason.isprintable():
        raise BadReason
    return reason


def _count_rules(index: Index) -> int:
    wanted = select(func.count()).where(PolicyRule.index_id == index.id)
    return db.session.scalar(wanted) or 0


def _get_same(index: Index, facts: dict[str, Any]) -> PolicyRule:
    wanted = {key: facts[key] for key in ("kind", "pattern", "specifier")}
    return db.session.scalars(select(PolicyRule).filter_by(index_id=index.id, **wanted)).one()
