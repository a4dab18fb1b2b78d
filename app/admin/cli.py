"""Commands about the site as a whole: `flask site …`."""

import click
from flask.cli import AppGroup

from app.accounts.actors import OPERATOR
from app.admin import switches
from app.core.commands import printable, refusals_as_messages
from app.core.database import transaction
from app.core.runtime import setting
from app.core.sitestate import FLAGS, site_state

cli = AppGroup("site", help="The site as a whole.")

_HELPS = {
    "read-only": "Refuse every change by people; what is here can still be read and installed.",
    "no-registration": "Let nobody open an account on the web.",
    "no-new-projects": "Take no new names, only releases of projects that are here.",
    "no-uploads": "Take no files.",
}


@cli.command("flags")
def flags() -> None:
    """Show what is switched off."""
    state = site_state()
    for flag in FLAGS:
        reason = printable(state.reason(flag))
        told = f"on: {reason}" if reason else "on"
        click.echo(f"{flag:16} {told if state.is_on(flag) else 'off'}")


def _add(flag: str) -> None:
    @cli.command(flag, help=f"{_HELPS[flag]} STATE is on or off.")
    @click.argument("state", type=click.Choice(["on", "off"]))
    @click.option("--reason", default="", help="Why, for those who are refused.")
    def switch(state: str, reason: str) -> None:
        texts = {str(setting("BABEL_DEFAULT_LOCALE")): reason}
        with refusals_as_messages(), transaction():
            if state == "on":
                switches.turn_on(OPERATOR, flag, texts)
            else:
                switches.turn_off(OPERATOR, flag)


for _flag in FLAGS:
    _add(_flag)
