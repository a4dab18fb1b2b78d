"""What a new house is furnished with: people first, then their projects."""

from dataclasses import dataclass

from sqlalchemy import select

from app.accounts import queries as accounts
from app.accounts import services
from app.accounts.models import Account
from app.core.security import make_secret
from app.extensions import db
from app.projects.models import Project

ADMIN = "admin"


@dataclass(frozen=True)
class Someone:
    """Somebody who is invented."""

    username: str
    name: str

    @property
    def address(self) -> str:
        """Return an address that no mail ever reaches (RFC 2606)."""
        return f"{self.username}@example.org"


PEOPLE = (
    Someone("ada", "Ada Birkenhain"),
    Someone("grete", "Grete Sandvik"),
    Someone("tomasz", "Tomasz Jaskółka"),
)


def is_empty() -> bool:
    """Tell whether nobody and nothing is here yet."""
    return not any(db.session.scalar(select(kind.id).limit(1)) for kind in (Account, Project))


def open_admin() -> str | None:
    """Open the first administrator's account; return its password, or None if it is there."""
    if accounts.find_by_username(ADMIN) is not None:
        return None
    password = make_secret()[:20]
    services.open_account(
        ADMIN, f"{ADMIN}@example.org", password=password, name="Administrator", is_admin=True
    )
    return password


def open_demo_accounts() -> int:
    """Open the accounts of the demo people who are missing; return how many.

    Nobody knows their passwords; an administrator can give them one.
    """
    missing = [one for one in PEOPLE if accounts.find_by_username(one.username) is None]
    for one in missing:
        services.open_account(one.username, one.address, password=make_secret(), name=one.name)
    return len(missing)
