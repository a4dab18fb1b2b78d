"""What rules let go every day."""

import logging

from app.core.jobs import daily
from app.indexes.queries import HOSTED, list_indexes
from app.retention.services import is_on, judge_index, let_go

_log = logging.getLogger(__name__)


@daily("apply-retention")
def apply_retention() -> None:
    """Move to the trash what rules do not keep, if an operator has switched that on."""
    if not is_on():
        return
    for index in list_indexes():
        if index.kind == HOSTED:
            gone = sum(len(let_go(judged)) for judged in judge_index(index) if judged.going)
            if gone:
                _log.info("releases retired", extra={"index": index.slug, "releases": gone})
