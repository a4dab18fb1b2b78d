"""The commands `backup` and `restore`."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from typing_extensions import override

from app.backup import making, restoring
from app.backup.choosing import choose, choose_all
from app.backup.copying import Pace, stand_behind
from app.backup.drilling import hold_drill
from app.backup.keeping import Keeping
from app.backup.unfinished import COMMAND
from app.backup.vault import Backup, Vault
from app.backup.verifying import find_faults, set_damaged_aside
from app.core.commands import printable, refusals_as_messages
from app.core.runtime import setting

_MB = 1_000_000
_MAKE = "make"
# A sixth of the time at work, so that pages take little longer.
_REST = 5


class _Group(click.Group):
    """Commands of which one is meant when a folder stands in the place of its name."""

    @override
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        is_other = bool(args) and (args[0] in self.commands or args[0] in ctx.help_option_names)
        return super().parse_args(ctx, args if is_other or not args else [_MAKE, *args])


def _folder(_context: click.Context, _parameter: click.Parameter, given: str | None) -> Path | None:
    return None if given is None else Path(os.path.realpath(given))


def _vault_argument(command: Callable[..., None]) -> Callable[..., None]:
    return click.argument("root", metavar="DIR", callback=_folder)(command)


_json_option = click.option("--json", "as_json", is_flag=True, help="For programs.")
_at_option = click.option("--at", metavar="WHEN", help="A name, number, day or time of a backup.")
_rate_option = click.option(
    "--rate", type=click.IntRange(min=1), metavar="MB", help="Read no more MB a second than this."
)


_hurry_option = click.option(
    "--hurry", "is_hurried", is_flag=True, help="Take no rests, as when nobody is here."
)


@click.group("backup", cls=_Group)
def backup() -> None:
    """Make a backup in DIR while the service runs: `backup DIR`; or see what is there."""


@backup.command(_MAKE)
@_vault_argument
@click.option("--keep", type=click.IntRange(min=1), metavar="N", help="Keep the newest N.")
@click.option(
    "--keep-days", type=click.IntRange(min=1), metavar="N", help="Keep those of N days as well."
)
@_rate_option
@_hurry_option
@_json_option
def make(
    root: Path,
    keep: int | None,
    keep_days: int | None,
    rate: int | None,
    *,
    is_hurried: bool,
    as_json: bool,
) -> None:
    """Make a backup in DIR; status 1 when it failed, or when files were missing."""
    _stand_behind()
    with refusals_as_messages():
        made = making.make_backup(
            root, keeping=Keeping(keep, keep_days), pace=_pace(rate, is_hurried=is_hurried)
        )
    manifest = made.backup.manifest
    if as_json:
        removed = {"copied": made.copied, "copied_bytes": made.copied_bytes}
        click.echo(json.dumps(_told(made.backup) | removed | {"removed": made.removed}))
    else:
        click.echo(
            f"{made.backup.name}: {manifest.blobs} files ({manifest.blob_bytes / _MB:.1f} MB), "
            f"{made.copied} of them copied ({made.copied_bytes / _MB:.1f} MB)."
        )
        for name in made.removed:
            click.echo(f"{name} was removed.")
    for lack in manifest.lacks:
        click.echo(f"{lack.sha256} is {lack.why}.", err=True)
    if manifest.lacks:
        raise click.ClickException(
            f"{len(manifest.lacks)} files could not be copied; all else is in the backup. "
            "Run `flask check` to see whose files they are."
        )


@backup.command("list")
@_vault_argument
@_json_option
def list_(root: Path, *, as_json: bool) -> None:
    """Show the backups in DIR."""
    vault = Vault(root)
    with refusals_as_messages():
        vault.demand()
        backups, broken = vault.list_backups(), vault.list_broken()
    if as_json:
        click.echo(json.dumps({"backups": list(map(_told, backups)), "damaged": broken}))
        return
    for one in backups:
        click.echo(_line(one))
    for name in broken:
        click.echo(f"{name}  damaged")
    if not backups:
        click.echo("There are no backups yet.")


@backup.command("verify")
@_vault_argument
@_at_option
@_rate_option
@_hurry_option
@_json_option
def verify(
    root: Path, at: str | None, rate: int | None, *, is_hurried: bool, as_json: bool
) -> None:
    """Read the backups in DIR and compare all hashes; status 1 when something is wrong.

    Damaged files are set aside, so that the next backup copies them again.
    """
    _stand_behind()
    vault = Vault(root)
    with refusals_as_messages():
        backups = choose_all(vault) if at is None else [choose(vault, at)]
        faults = list(find_faults(vault, backups, _pace(rate, is_hurried=is_hurried)))
        set_damaged_aside(vault, faults)
    broken = [] if at is not None else vault.list_broken()
    if as_json:
        told = {"backups": [one.name for one in backups], "faults": [vars(one) for one in faults]}
        click.echo(json.dumps(told | {"damaged": broken}))
    else:
        for fault in faults:
            click.echo(f"{fault.backup}: {fault.what} is {fault.why}.")
        for name in broken:
            click.echo(f"{name}: its manifest is damaged.")
        click.echo(f"{len(backups)} backups read, {len(faults) + len(broken)} faults.")
    if faults or broken:
        raise click.exceptions.Exit(1)


@backup.command("drill")
@click.argument("root", metavar="[DIR]", required=False, callback=_folder)
@_at_option
@click.option("--packages", "count", default=10, show_default=True, help="How many to install.")
@click.option("--pip", metavar="PROGRAM", help="The pip to install with; else that of this Python.")
@click.option("--scratch", type=click.Path(path_type=Path), help="Where there is room for all.")
@_json_option
def drill(
    root: Path | None,
    at: str | None,
    count: int,
    pip: str | None,
    scratch: Path | None,
    *,
    as_json: bool,
) -> None:
    """Restore the newest backup in DIR, or a new one, elsewhere, and install from it with pip.

    Status 1 when that does not work. Nothing of it is left.
    """
    with refusals_as_messages():
        steps = hold_drill(root, at=at, count=count, pip=[pip] if pip else None, folder=scratch)
    is_good = all(step.is_good for step in steps)
    if as_json:
        click.echo(json.dumps({"good": is_good, "steps": [vars(step) for step in steps]}))
    else:
        for step in steps:
            sign = "good  " if step.is_good else "FAILED"
            click.echo(f"{step.name:8}  {sign}  {step.seconds:7.1f} s  {printable(step.told)}")
    if not is_good:
        raise click.exceptions.Exit(1)


@click.command(COMMAND)
@_vault_argument
@_at_option
@click.option("--replace", "may_replace", is_flag=True, help="Move aside what is here already.")
@click.option("--incomplete", "may_lack", is_flag=True, help="Restore it though files are missing.")
def restore(root: Path, at: str | None, *, may_replace: bool, may_lack: bool) -> None:
    """Restore the newest backup in DIR, or another one, into this empty installation."""
    vault = Vault(root)
    with refusals_as_messages():
        done = restoring.restore(
            vault, choose(vault, at), may_replace=may_replace, may_lack=may_lack
        )
    manifest = done.backup.manifest
    click.echo(f"{done.backup.name} is restored, with {manifest.blobs - done.lacks} files.")
    if done.replaced is not None:
        click.echo(f"What was here before ends with {done.replaced} now.")
    if done.has_other_key:
        click.echo(
            "SECRET_KEY is another one than that of the backup, so people have to log in again; "
            f"the old one is in {done.backup.folder / 'secret_key'}."
        )


def _stand_behind() -> None:
    # The process of the tests has other things to do afterwards.
    if not setting("TESTING"):
        stand_behind()


def _pace(rate: int | None, *, is_hurried: bool) -> Pace:
    return Pace(rest=0 if is_hurried else _REST, bytes_per_second=(rate or 0) * _MB)


def _told(one: Backup) -> dict[str, Any]:
    manifest = one.manifest
    return {
        "name": one.name,
        "number": manifest.number,
        "started_at": manifest.started_at.isoformat(),
        "finished_at": manifest.finished_at.isoformat(),
        "version": manifest.version,
        "revision": manifest.revision,
        "database": manifest.database,
        "files": manifest.blobs,
        "bytes": manifest.size,
        "missing": len(manifest.lacks),
        "good": manifest.is_good,
    }


def _line(one: Backup) -> str:
    manifest = one.manifest
    missing = "" if manifest.is_good else f"  {len(manifest.lacks)} files missing"
    version = printable(manifest.version)
    return (
        f"{one.name}  {manifest.database:10}  {manifest.blobs:8} files  "
        f"{manifest.size / _MB:10.1f} MB  version {version} ({manifest.revision}){missing}"
    )
