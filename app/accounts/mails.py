"""What accounts are written, in their language.

All of it is rendered by jobs: an answer must not take longer because there is
somebody to write to.
"""

import logging

from app.accounts import links, queries, throttles
from app.accounts.events import (
    AddressClaimed,
    ConfirmationAsked,
    PasswordChanged,
    ResetLinkMade,
    ResetLinkOrdered,
)
from app.accounts.exceptions import MustWait
from app.accounts.models import Account
from app.core.database import transaction
from app.core.events import tell
from app.core.jobs import enqueue, job
from app.core.mailer import post
from app.core.runtime import setting
from app.web.http import mail_url

# Stands in a promised address until the worker has made the secret: what is
# secret is never kept in the clear but in the mail itself.
_SECRET = "SECRET"  # noqa: S105  # The word, not one.

_log = logging.getLogger(__name__)


def promise_confirmation(event: ConfirmationAsked) -> None:
    """Promise the link that confirms an address."""
    url = mail_url("accounts.confirm", secret=_SECRET)
    enqueue("mail-confirmation", account_id=event.account_id, url=url)


def promise_claim(event: AddressClaimed) -> None:
    """Promise to tell somebody that their address was used to register again."""
    url = mail_url("accounts.ask_reset")
    enqueue("mail-claim", account_id=event.account_id, url=url)


def promise_reset(login: str, *, address: str) -> None:
    """Promise a reset link to whoever has a name or address, if anybody; raises `MustWait`."""
    throttles.count_reset(login, address)
    enqueue("mail-reset", login=login, url=mail_url("accounts.reset_password", secret=_SECRET))


def promise_ordered_reset(event: ResetLinkOrdered) -> None:
    """Promise a reset link that an administrator has ordered for somebody."""
    url = mail_url("accounts.reset_password", secret=_SECRET)
    enqueue("mail-reset", login=event.username, url=url)


def promise_notice(event: PasswordChanged) -> None:
    """Promise to tell somebody that their password was changed."""
    enqueue("mail-password-changed", account_id=event.account_id)


@job("mail-confirmation")
def send_confirmation(account_id: int, url: str) -> None:
    """Write the link that confirms an address, unless that is done."""
    with transaction():
        account = queries.get_by_id(account_id)
        email = account.primary_email
        if email.confirmed_at is None and _may_write("confirm", account):
            secret = links.make_link(email.id, links.CONFIRM)
            _post("confirm", account, url=url.replace(_SECRET, secret))


@job("mail-claim")
def send_claim(account_id: int, url: str) -> None:
    """Tell somebody that their address was used to register again."""
    with transaction():
        account = queries.get_by_id(account_id)
        if _may_write("claim", account):
            _post("claim", account, url=url)


@job("mail-reset")
def send_reset(login: str, url: str) -> None:
    """Write a reset link to whoever has a name or address, if anybody."""
    with transaction():
        account = queries.find_by_login(login)
        if account is None or not account.is_active or not _may_write("reset", account):
            return
        secret = links.make_link(account.primary_email.id, links.RESET)
        tell(ResetLinkMade(account_id=account.id, username=account.username))
        _post("reset", account, url=url.replace(_SECRET, secret))


@job("mail-password-changed")
def send_notice(account_id: int) -> None:
    """Tell somebody that their password was changed."""
    with transaction():
        _post("password_changed", queries.get_by_id(account_id))


def _may_write(purpose: str, account: Account) -> bool:
    try:
        throttles.count_mail(purpose, account.id)
    except MustWait:
        _log.warning("mail held back", extra={"purpose": purpose, "account": account.id})
        return False
    return True


def _post(template: str, account: Account, **context: str) -> None:
    post(
        f"accounts/mail/{template}",
        to=account.primary_email.address,
        locale=account.locale or str(setting("BABEL_DEFAULT_LOCALE")),
        account=account,
        name=_greeted(account),
        site=setting("SITE_NAME"),
        **context,
    )


def _greeted(account: Account) -> str:
    """Return the name in a greeting: a stranger's mailbox gets no text that others chose."""
    is_own = account.primary_email.confirmed_at is not None
    return account.display_name if is_own else account.username
