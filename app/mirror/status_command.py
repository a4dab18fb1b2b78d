"""`flask mirror status`: how mirrors are."""

import json
from datetime import datetime

import click
from flask.cli import with_appcontext

from app.core.commands import printable, refusals_as_messages
from app.core.runtime import setting
from app.indexes.queries import get_index
from app.mirror.flights import count_arriving
from app.mirror.status import DAYS, MirrorStatus, as_document, list_mirrors, read_status, read_use

_MB = 1_000_000


@click.command("status")
@click.option("--index", "slug", help="Only one mirror.")
@click.option("--json", "is_json", is_flag=True, help="For programs.")
@with_appcontext
def status(slug: str | None, *, is_json: bool) -> None:
    """Say what is here of upstreams, what that saves, and whether they answer."""
    with refusals_as_messages():
        mirrors = list_mirrors() if slug is None else [get_index(slug)]
        told = [read_status(mirror, read_use(mirror)) for mirror in mirrors]
    arriving, bound = count_arriving(), setting("MIRROR_CACHE_BYTES")
    if is_json:
        click.echo(json.dumps(as_document(told, arriving), indent=2))
        return
    for one in told:
        _show(one)
    room = _size(bound) if bound else "no bound"
    click.echo(f"Files on their way now: {arriving}. Room for files: {room}.")


def _show(one: MirrorStatus) -> None:
    lines = {
        "Upstream": one.upstream or "none, so the mirror is off",
        "State": _state(one),
        "Projects": f"{one.projects:,}, {one.due:,} of them due",
        "Files": f"{one.files:,} with {_size(one.bytes)}, {_size(one.pinned_bytes)} of it pinned",
        f"{DAYS} days": _use(one),
        "Names": f"{one.names_count:,}, loaded {_time(one.names_at)}",
    }
    click.echo(printable(f"{one.slug}: {one.title}"))
    for label, text in lines.items():
        click.echo(printable(f"  {label + ':':10} {text}"))


def _state(one: MirrorStatus) -> str:
    if one.is_up is None:
        return "nobody has asked yet"
    if one.is_up:
        return f"up since {_time(one.since)}"
    return f"down since {_time(one.since)}: {one.last_error}"


def _use(one: MirrorStatus) -> str:
    use = one.use
    if use.hit_rate is None:
        return f"no downloads, {use.failures:,} failures"
    return (
        f"{use.downloads:,} downloads, {use.hit_rate:.1%} from here, "
        f"{_size(use.saved_bytes)} saved, {use.failures:,} failures"
    )


def _size(number: int) -> str:
    return f"{number / _MB:,.1f} MB"


def _time(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "never"
