"""Who is acting, and with which key: a frozen value that permissions look at."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Key:
    """The limits of the API token that somebody acts with."""

    token_id: int
    scope: str
    index_slug: str | None = None
    project: str | None = None

    def reaches(self, index_slug: str, project: str | None = None) -> bool:
        """Tell whether the key may be used on an index and, if one is named, a project."""
        if self.index_slug not in {None, index_slug}:
            return False
        return self.project is None or project is None or self.project == project


@dataclass(frozen=True)
class Actor:
    """Somebody, or nobody, who asks for something."""

    account_id: int | None = None
    username: str = ""
    is_admin: bool = False
    has_confirmed_email: bool = False
    key: Key | None = None

    @property
    def is_known(self) -> bool:
        """Tell whether somebody has logged in or shown a token."""
        return self.account_id is not None


NOBODY = Actor()
# Commands act for the operator, who owns the machine.
OPERATOR = Actor(username="operator", is_admin=True, has_confirmed_email=True)
