"""What the policy refuses."""

from typing_extensions import override

from app.core.exceptions import Conflict, Forbidden, Invalid, NotFound
from app.core.i18n import _l
from app.policy.rules import Refusal


class Refused(Forbidden):
    """A rule keeps a file, a release or a project from being served."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(code=refusal.code)
        self.refusal = refusal

    def __str__(self) -> str:
        return self.refusal.sentence

    @property
    @override
    def page_message(self) -> str:
        return self.refusal.page_sentence


class BadPattern(Invalid):
    """No name can fit the pattern."""

    code = "bad-pattern"
    field = "pattern"
    message = _l("This is no name of a project, nor one with a * in it.")


class BadSpecifier(Invalid):
    """PEP 440 does not know the versions."""

    code = "bad-specifier"
    field = "specifier"
    message = _l("These are no versions. Write 1.2.3, or a range such as >=1.0,!=1.3.")


class BadReason(Invalid):
    """The reason cannot be kept."""

    code = "bad-reason"
    field = "reason"
    message = _l("A reason has at most 500 characters, on one line.")


class RuleExists(Conflict):
    """The index has the very same rule."""

    code = "rule-exists"
    field = "pattern"
    message = _l("There is a rule for this already.")


class TooManyRules(Conflict):
    """An index has all the rules that it may have."""

    code = "too-many-rules"
    message = _l("An index has at most 10,000 rules. Use a pattern, or remove some.")


class RuleNotFound(NotFound):
    """The index has no such rule."""

    code = "rule-not-found"
    message = _l("There is no such rule in this index.")
