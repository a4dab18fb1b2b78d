"""All that the doctor looks at, in this order."""

import logging
from collections.abc import Callable, Iterator

from app.core.logs import scrub
from app.doctor import machine, network, stores
from app.doctor.findings import WRONG, Finding

Check = Callable[[], Finding]

CHECKS: tuple[tuple[str, Check], ...] = (
    ("python", machine.check_python),
    ("packages", machine.check_packages),
    ("rights", machine.check_rights),
    ("disk", machine.check_disk),
    ("inodes", machine.check_inodes),
    ("file-system", machine.check_file_system),
    ("open-files", machine.check_open_files),
    ("languages", machine.check_locales),
    ("time-zones", machine.check_zones),
    ("secret-key", network.check_secret),
    ("address", network.check_address),
    ("storage", stores.check_storage),
    ("queue", stores.check_queue),
    ("mail", network.check_mail),
    ("shelf", network.check_shelf),
    ("mongodb", network.check_mongodb),
    ("database", stores.check_database),
    ("schema", stores.check_schema),
    ("integrity", stores.check_integrity),
    ("worker", stores.check_worker),
    ("jobs", stores.check_jobs),
    ("backup", stores.check_backup),
    ("upstreams", network.check_upstreams),
)
# What comes behind these needs them.
_GROUND = ("database", "schema")

_log = logging.getLogger(__name__)


def examine() -> Iterator[tuple[str, Finding]]:
    """Yield what each check finds; what needs the tables only if they are there."""
    for name, check in CHECKS:
        finding = _run(name, check)
        yield name, finding
        if name in _GROUND and finding.level == WRONG:
            return


def _run(name: str, check: Check) -> Finding:
    try:
        found = check()
    except Exception as error:
        # A check that fails is a finding too, and the others still help.
        _log.debug("a check failed", exc_info=True)
        return Finding(
            WRONG,
            f"The check of {name} failed: {scrub(str(error).splitlines()[0] if str(error) else '')}"
            f" ({type(error).__name__}).",
            "See the log with LOG_LEVEL=debug, and mend what it names.",
        )
    return Finding(found.level, scrub(found.what), found.todo)
