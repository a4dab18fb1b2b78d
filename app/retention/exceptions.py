"""What is wrong with a rule."""

from app.core.exceptions import Invalid, NotFound


class BadRetention(Invalid):
    """The rule says nothing, or something that cannot be."""

    code = "bad-retention"


class RetentionNotFound(NotFound):
    """No rule has this pattern."""

    code = "retention-not-found"
    message = "This index has no rule for this pattern."
