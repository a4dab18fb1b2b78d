"""Reading rules, and remembering those of each path."""

from datetime import timedelta

from sqlalchemy import select

from app.core.remembering import recall
from app.extensions import db
from app.indexes.models import Index
from app.policy.models import PolicyRule
from app.policy.rules import Rule
from app.policy.terms import Layer, Rules

Path = tuple[Index, ...]

MINIMUM_AGE, ONLY_ALLOWED = "minimum_age_days", "only_allowed"


def rules_of(path: Path) -> Rules:
    """Return the rules that hold for what the last index on a path has.

    They are remembered: whatever changes them begins a new generation of the index
    and of all that it is a base of.
    """
    key = ("rules", *(index.id for index in path))
    return recall(key, path[0].generation, lambda: _read_rules(path))


def list_rules(index: Index) -> list[PolicyRule]:
    """Return the rules of an index by their patterns."""
    wanted = (
        select(PolicyRule)
        .where(PolicyRule.index_id == index.id)
        .order_by(PolicyRule.pattern, PolicyRule.specifier, PolicyRule.kind)
    )
    return list(db.session.scalars(wanted))


def find_rule(index: Index, number: int) -> PolicyRule | None:
    """Return a rule of an index by its number, or None."""
    rule = db.session.get(PolicyRule, number)
    return rule if rule is not None and rule.index_id == index.id else None


def minimum_age(index: Index) -> timedelta | None:
    """Return the age that an index asks for, or None if it leaves that to its bases."""
    days = index.settings.get(MINIMUM_AGE)
    return None if days is None else timedelta(days=days)


def _read_rules(path: Path) -> Rules:
    slugs = {index.id: index.slug for index in path}
    rules = _read(slugs)
    layers = (
        Layer(
            index_slug=index.slug,
            rules=tuple(rules.get(index.id, ())),
            minimum_age=minimum_age(index),
            only_allowed=index.settings.get(ONLY_ALLOWED),
        )
        for index in path
    )
    return Rules(layers=tuple(layers), is_mirrored=path[-1].kind == "mirror")


def _read(slugs: dict[int, str]) -> dict[int, list[Rule]]:
    columns = (PolicyRule.id, PolicyRule.index_id, PolicyRule.kind, PolicyRule.pattern)
    wanted = select(*columns, PolicyRule.specifier, PolicyRule.reason).where(
        PolicyRule.index_id.in_(slugs)
    )
    found: dict[int, list[Rule]] = {}
    for number, index_id, kind, pattern, specifier, reason in db.session.execute(wanted):
        rule = Rule(
            number=number,
            index_slug=slugs[index_id],
            kind=kind,
            pattern=pattern,
            specifier=specifier,
            reason=reason,
        )
        found.setdefault(index_id, []).append(rule)
    return found
