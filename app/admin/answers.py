"""What the deeds of the back office have in common: judged, done, answered."""

from collections.abc import Callable

from flask import flash
from flask.typing import ResponseReturnValue

from app.accounts.forms import AccountForm
from app.core.database import transaction
from app.core.exceptions import DomainError
from app.web.errors import status_of
from app.web.http import go

Show = Callable[[int], ResponseReturnValue]
Finish = Callable[[], ResponseReturnValue]


def attempt(
    form: AccountForm, deed: Callable[[], object], *, show: Show, finish: Finish
) -> ResponseReturnValue:
    """Do what a form says in one transaction, or show it again with what was refused."""
    if not form.validate():
        return show(400)
    try:
        with transaction():
            deed()
    except DomainError as error:
        form.blame(error)
        return show(status_of(error))
    return finish()


def told(message: str, endpoint: str, **values: object) -> ResponseReturnValue:
    """Answer a deed that worked: say so on the page where it can be seen."""
    flash(message, "success")
    return go(endpoint, **values)
