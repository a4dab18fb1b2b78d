"""Where administrators switch things off, and write what all pages say."""

from dataclasses import dataclass
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from app.accounts.auth import session_actor
from app.accounts.forms import AccountForm
from app.admin import switches
from app.admin.answers import attempt, told
from app.admin.switch_forms import BannerForm, FlagForm, banner_values, text_values
from app.admin.views import bp
from app.core.database import transaction
from app.core.i18n import _, _l
from app.core.sitestate import (
    FLAGS,
    NO_NEW_PROJECTS,
    NO_REGISTRATION,
    NO_UPLOADS,
    READ_ONLY,
    Banner,
    SiteState,
    site_state,
)
from app.web.notices import goes_on

_flag = f"<any({', '.join(map(repr, FLAGS))}):flag>"


@dataclass(frozen=True)
class FlagWords:
    """A flag in words: what it is called, and what is refused while it is on."""

    title: Any
    meaning: Any


WORDS = {
    READ_ONLY: FlagWords(
        _l("Read-only"),
        _l(
            "Every change by people and every upload is refused; reading, installing and "
            "mirroring go on. Administrators can still log in, and switch it off here."
        ),
    ),
    NO_REGISTRATION: FlagWords(_l("No registration"), _l("Nobody can open an account on the web.")),
    NO_NEW_PROJECTS: FlagWords(
        _l("No new projects"), _l("Only releases of projects that are here are taken.")
    ),
    NO_UPLOADS: FlagWords(_l("No uploads"), _l("No files are taken, and nothing is promoted.")),
}


@dataclass(frozen=True, kw_only=True)
class FlagView:
    """A flag with its form, in which the reason stands."""

    name: str
    words: FlagWords
    is_on: bool
    form: AccountForm


@dataclass(frozen=True, kw_only=True)
class SwitchesView:
    """All flags and all messages, with the form of a further one unless there are too many."""

    flags: tuple[FlagView, ...]
    banners: tuple[Banner, ...]
    form: AccountForm
    is_full: bool


@bp.get("/switches/")
def flags() -> ResponseReturnValue:
    """Show what is switched off and what all pages say."""
    return _show({}, 200)


@bp.post(f"/switches/{_flag}/on")
@goes_on
def turn_on(flag: str) -> ResponseReturnValue:
    """Switch something off for the whole site, or give another reason for it."""
    form, actor = FlagForm(prefix=f"{flag}-"), session_actor()
    return attempt(
        form,
        lambda: switches.turn_on(actor, flag, form.texts),
        show=lambda code: _show({flag: form}, code),
        finish=lambda: told(_("The switch is on."), "admin.flags", _anchor=flag),
    )


@bp.post(f"/switches/{_flag}/off")
@goes_on
def turn_off(flag: str) -> ResponseReturnValue:
    """Let something go on again."""
    with transaction():
        switches.turn_off(session_actor(), flag)
    return told(_("The switch is off."), "admin.flags", _anchor=flag)


@bp.post("/banners/")
@goes_on
def put_up_banner() -> ResponseReturnValue:
    """Show a message on all pages."""
    form, actor = BannerForm(prefix="banner-"), session_actor()
    return attempt(
        form,
        lambda: switches.put_up(actor, form.message),
        show=lambda code: _show({"banner": form}, code),
        finish=lambda: told(_("The message is put up."), "admin.flags", _anchor="messages"),
    )


@bp.get("/banner/<int(max=2147483647):number>/")
def banner(number: int) -> ResponseReturnValue:
    """Show a message, to be changed."""
    values = banner_values(switches.find_banner(number))
    return _show_banner(number, BannerForm(None, prefix="banner-", data=values), 200)


@bp.post("/banner/<int(max=2147483647):number>/")
@goes_on
def change_banner(number: int) -> ResponseReturnValue:
    """Change a message on all pages."""
    form, actor = BannerForm(prefix="banner-"), session_actor()
    return attempt(
        form,
        lambda: switches.change(actor, number, form.message),
        show=lambda code: _show_banner(number, form, code),
        finish=lambda: told(_("The message is changed."), "admin.flags", _anchor="messages"),
    )


@bp.post("/banner/<int(max=2147483647):number>/down")
@goes_on
def take_down_banner(number: int) -> ResponseReturnValue:
    """Take a message from all pages."""
    with transaction():
        switches.take_down(session_actor(), number)
    return told(_("The message is taken down."), "admin.flags", _anchor="messages")


def _show(refused: dict[str, AccountForm], code: int) -> ResponseReturnValue:
    state = site_state()
    page = SwitchesView(
        flags=tuple(_view(flag, state, refused.get(flag)) for flag in FLAGS),
        banners=state.banners,
        form=refused.get("banner") or BannerForm(None, prefix="banner-"),
        is_full=len(state.banners) >= switches.MOST_BANNERS,
    )
    return render_template("admin/flags.html", page=page), code


def _view(flag: str, state: SiteState, refused: AccountForm | None) -> FlagView:
    values = text_values(state.flags.get(flag, {}))
    form = refused or FlagForm(None, prefix=f"{flag}-", data=values)
    return FlagView(name=flag, words=WORDS[flag], is_on=state.is_on(flag), form=form)


def _show_banner(number: int, form: AccountForm, code: int) -> ResponseReturnValue:
    return render_template("admin/banner.html", number=number, form=form), code
