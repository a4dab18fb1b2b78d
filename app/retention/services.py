"""Setting rules, and letting go what they do not keep."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import func, select

from app.accounts.actors import OPERATOR, Actor
from app.core import clock
from app.core.database import end_reading, transaction
from app.core.events import tell
from app.core.settings import find_setting, keep_setting
from app.extensions import db
from app.indexes.models import Index
from app.indexes.patterns import LONGEST
from app.indexes.patterns import normalise as normalise_pattern
from app.indexes.permissions import demand_administer
from app.indexes.queries import HOSTED
from app.indexes.services import describe as describe_index
from app.projects.models import Project
from app.projects.services import describe, retire_release
from app.retention import queries
from app.retention.events import ReleasesRetired, RetentionRuleRemoved, RetentionRuleSet
from app.retention.exceptions import BadRetention, RetentionNotFound
from app.retention.judging import Verdict, judge
from app.retention.models import RetentionRule
from app.retention.rules import Rule, RuleBook

# Whether the daily job lets anything go.
IS_ON = "retention.is_on"
MOST_RULES = 1_000
MOST_KEPT, LONGEST_TIME = 10_000, 36_500
# Others publish in between.
_MOST_AT_ONCE = 20


@dataclass(frozen=True)
class Judged:
    """What a rule makes of the releases of a project."""

    project_id: int
    normalized_name: str
    rule: Rule
    verdicts: tuple[Verdict, ...]

    @property
    def going(self) -> tuple[Verdict, ...]:
        """Return those that go."""
        return tuple(verdict for verdict in self.verdicts if verdict.goes)


def set_rule(index: Index, rule: Rule, *, actor: Actor = OPERATOR) -> Rule:
    """Let a rule hold for its pattern, in place of the one before; return it normalised."""
    demand_administer(actor, index)
    if index.kind != HOSTED:
        raise BadRetention("Such rules are for indexes that have projects of their own.")
    facts = _checked(rule)
    row = queries.find_row(index.id, facts["pattern"])
    if row is None:
        _demand_room(index.id)
        row = RetentionRule(index_id=index.id)
        db.session.add(row)
    for column, value in facts.items():
        setattr(row, column, value)
    row.made_at = clock.now()
    tell(RetentionRuleSet(**describe_index(actor, index), **facts))
    return Rule(**facts)


def remove_rule(index: Index, pattern: str, *, actor: Actor = OPERATOR) -> None:
    """Let no rule hold for a pattern; raises `RetentionNotFound`."""
    demand_administer(actor, index)
    row = queries.find_row(index.id, normalise_pattern(pattern))
    if row is None:
        raise RetentionNotFound
    db.session.delete(row)
    tell(RetentionRuleRemoved(**describe_index(actor, index), pattern=row.pattern))


def is_on() -> bool:
    """Tell whether the daily job lets anything go."""
    return bool(find_setting(IS_ON))


def switch_on() -> None:
    """Let the daily job let go what rules do not keep."""
    keep_setting(IS_ON, True)


def switch_off() -> None:
    """Let the daily job do nothing."""
    keep_setting(IS_ON, False)


def judge_index(index: Index) -> Iterator[Judged]:
    """Yield what the rules of an index make of its projects, where something could go."""
    book = RuleBook(queries.list_rules(index.id))
    after, index_id = 0, index.id
    while not book.is_idle and (projects := queries.list_projects(index_id, after)):
        end_reading()
        for project_id, name in projects:
            rule = book.find(name)
            if rule is not None and not rule.is_idle:
                yield judge_project(project_id, rule)
        after = projects[-1][0]


def judge_project(project_id: int, rule: Rule) -> Judged:
    """Return what a rule makes of the releases of a project."""
    project = db.session.get_one(Project, project_id, populate_existing=True)
    verdicts = judge(queries.list_candidates(project), rule, clock.now())
    return Judged(project_id, project.normalized_name, rule, tuple(verdicts))


def let_go(judged: Judged) -> list[Verdict]:
    """Move the releases of a project that go to the trash, a few in each transaction.

    Each time they are judged again: somebody may have published or downloaded meanwhile.
    """
    gone: list[Verdict] = []
    while some := _let_some_go(judged.project_id, judged.rule):
        gone += some
    return gone


def _let_some_go(project_id: int, rule: Rule) -> tuple[Verdict, ...]:
    with transaction():
        project = db.session.get_one(Project, project_id, with_for_update=True)
        if project.removed_at is not None or not may_delete(project.index_id):
            return ()
        going = judge_project(project_id, rule).going[:_MOST_AT_ONCE]
        for verdict in going:
            retire_release(verdict.release.release_id)
        if going:
            facts = describe(Actor(), project)
            tell(ReleasesRetired(**facts, pattern=rule.pattern, releases=len(going)))
    return going


def may_delete(index_id: int) -> bool:
    """Tell whether anything may be deleted in an index."""
    return bool(db.session.get_one(Index, index_id).settings.get("deletion", True))


def _checked(rule: Rule) -> dict[str, Any]:
    pattern = normalise_pattern(rule.pattern)
    if not 0 < len(pattern) <= LONGEST or pattern.strip("abcdefghijklmnopqrstuvwxyz0123456789-*"):
        raise BadRetention("A pattern is a name of projects, or one with a * in it.")
    _demand_number("The number of releases to keep", rule.keep_newest, 1, MOST_KEPT)
    for what, days in (
        ("The days since a download", rule.downloaded_days),
        ("The days of pre-releases", rule.prerelease_days),
        ("The days since the last file", rule.age_days),
    ):
        _demand_number(what, days, 0, LONGEST_TIME)
    if rule.downloaded_days is not None and rule.is_idle:
        raise BadRetention("Say how many releases to keep, or when pre-releases go.")
    return asdict(replace(rule, pattern=pattern))


def _demand_number(what: str, number: int | None, least: int, most: int) -> None:
    if number is not None and not least <= number <= most:
        raise BadRetention(f"{what} must be a number from {least} to {most:,}.")


def _demand_room(index_id: int) -> None:
    rules = select(func.count()).select_from(RetentionRule)
    if (db.session.scalar(rules.where(RetentionRule.index_id == index_id)) or 0) >= MOST_RULES:
        raise BadRetention(f"An index can have {MOST_RULES:,} rules.")
