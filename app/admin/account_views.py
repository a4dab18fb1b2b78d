"""Where administrators find accounts and decide about them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.accounts import administration
from app.accounts.actors import Actor
from app.accounts.auth import session_actor
from app.accounts.forms import AccountForm, ButtonForm
from app.accounts.listing import find_accounts
from app.accounts.models import Account
from app.accounts.queries import get_account
from app.admin.account_forms import FindAccountsForm, FreezeForm
from app.admin.account_pages import AccountsView, account_view
from app.admin.answers import attempt, told
from app.admin.slices import LENGTH, cut
from app.admin.views import bp
from app.core.i18n import _l
from app.indexes.queries import MAIN
from app.web.notices import goes_on


@dataclass(frozen=True)
class Deed:
    """What a button does to an account, and what is said when that is done."""

    work: Callable[[Actor, int], object]
    message: Any


def _let_upload(actor: Actor, account_id: int) -> None:
    administration.let_upload(actor, account_id, MAIN)


_DEEDS = {
    "make-administrator": Deed(
        administration.make_administrator, _l("%(username)s is an administrator now.")
    ),
    "unmake-administrator": Deed(
        administration.unmake_administrator, _l("%(username)s is no administrator any more.")
    ),
    "revoke-tokens": Deed(
        administration.revoke_tokens, _l("All tokens of %(username)s are revoked.")
    ),
    "send-reset": Deed(
        administration.order_reset_link,
        _l("A mail with a link for a new password is on its way to %(username)s."),
    ),
    "confirm": Deed(
        administration.confirm_address, _l("The address of %(username)s counts as confirmed.")
    ),
    "let-upload": Deed(
        _let_upload, _l("%(username)s may publish new projects in main from now on.")
    ),
}


@bp.get("/accounts/")
def accounts() -> ResponseReturnValue:
    """Show accounts, those that are looked for or all."""
    form = FindAccountsForm(request.args)
    term, which = (form.q.data or "").strip(), form.which.data or ""
    after = request.args.get("after", "").replace("\x00", "")
    found = find_accounts(term, which=which, after=after, limit=LENGTH + 1)
    page = AccountsView(
        form=form,
        accounts=cut(found, lambda line: line.username_key),
        asked={"q": term, "which": which},
    )
    return render_template("admin/accounts.html", page=page)


@bp.get("/account/<username>/")
def account(username: str) -> ResponseReturnValue:
    """Show an account with all that is known of it."""
    return _show(get_account(username), {}, 200)


@bp.post("/account/<username>/freeze")
@goes_on
def freeze_account(username: str) -> ResponseReturnValue:
    """Let nobody use an account."""
    account, form, actor = get_account(username), FreezeForm(prefix="freeze-"), session_actor()
    return attempt(
        form,
        lambda: administration.freeze(actor, account.id, form.reason.data),
        show=lambda code: _show(account, {"freeze": form}, code),
        finish=lambda: _tell(_l("The account %(username)s is frozen."), account.username),
    )


@bp.post("/account/<username>/unfreeze")
@goes_on
def unfreeze_account(username: str) -> ResponseReturnValue:
    """Let an account be used again."""
    done = _l("The account %(username)s can be used again.")
    return _press(username, "unfreeze", Deed(administration.unfreeze, done))


@bp.post(f"/account/<username>/<any({', '.join(map(repr, _DEEDS))}):deed>")
def change_account(username: str, deed: str) -> ResponseReturnValue:
    """Do something else to an account."""
    return _press(username, deed, _DEEDS[deed])


def _press(username: str, name: str, deed: Deed) -> ResponseReturnValue:
    account, form, actor = get_account(username), ButtonForm(prefix=f"{name}-"), session_actor()
    return attempt(
        form,
        lambda: deed.work(actor, account.id),
        show=lambda code: _show(account, {name: form}, code),
        finish=lambda: _tell(deed.message, account.username),
    )


def _tell(message: Any, username: str) -> ResponseReturnValue:
    return told(str(message) % {"username": username}, "admin.account", username=username)


def _show(account: Account, refused: dict[str, AccountForm], code: int) -> ResponseReturnValue:
    fresh: dict[str, AccountForm] = {
        name: ButtonForm(None, prefix=f"{name}-") for name in ("unfreeze", *_DEEDS)
    }
    forms = fresh | {"freeze": FreezeForm(None, prefix="freeze-")} | refused
    page = account_view(get_account(account.username), session_actor().account_id, forms)
    return render_template("admin/account.html", page=page), code
