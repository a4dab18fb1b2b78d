"""Commands about what stays: `flask retention …`."""

from collections import Counter
from collections.abc import Iterable, Iterator

import click
from flask.cli import AppGroup

from app.core.commands import printable, refusals_as_messages
from app.core.database import transaction
from app.indexes.models import Index
from app.indexes.queries import HOSTED, MAIN, get_index, list_indexes
from app.projects.names import normalise
from app.projects.queries import get_project
from app.retention import services
from app.retention.judging import (
    DOWNLOADED,
    LATEST,
    NEWEST,
    PINNED,
    PRERELEASE,
    STOPPED,
    UNLIMITED,
    YOUNG,
    Verdict,
)
from app.retention.queries import list_rules
from app.retention.rules import Rule, RuleBook
from app.retention.services import Judged

cli = AppGroup("retention", help="Which releases stay, and which go to the trash.")

_MB = 1_000_000
_REASONS = {
    LATEST: "it is what people should install",
    STOPPED: "a file of it is in quarantine",
    YOUNG: "a file came within {detail} days",
    NEWEST: "one of the {detail} newest",
    UNLIMITED: "the rule says nothing about such releases",
    PRERELEASE: "a pre-release of the last {detail} days",
    DOWNLOADED: "downloaded, last on {detail} or before it",
    PINNED: "{detail} needs exactly this version",
}
_index = click.option("--index", "slug", default=MAIN, show_default=True)


@cli.command("set")
@click.argument("pattern")
@click.option("--keep", type=int, help="Keep so many of the newest final releases.")
@click.option("--downloaded", type=int, help="Keep what was downloaded within so many days.")
@click.option("--prereleases", type=int, help="Let pre-releases go that are older, in days.")
@click.option(
    "--age", type=int, default=30, show_default=True, help="Keep what is younger, in days."
)
@_index
def set_rule(
    pattern: str,
    keep: int | None,
    downloaded: int | None,
    prereleases: int | None,
    age: int,
    slug: str,
) -> None:
    """Set the rule for the projects that fit PATTERN, a name or one with a *.

    Of the rules that fit a project the one with the most letters counts. Without --keep and
    --prereleases it lets nothing go, for exceptions from a wider one.
    """
    rule = Rule(
        pattern=pattern,
        keep_newest=keep,
        downloaded_days=downloaded,
        prerelease_days=prereleases,
        age_days=age,
    )
    with refusals_as_messages(), transaction():
        made = services.set_rule(get_index(slug), rule)
    click.echo(_describe(made))


@cli.command("unset")
@click.argument("pattern")
@_index
def unset_rule(pattern: str, slug: str) -> None:
    """Remove the rule for PATTERN."""
    with refusals_as_messages(), transaction():
        services.remove_rule(get_index(slug), pattern)


@cli.command("show")
def show() -> None:
    """Tell the rules of all indexes, and whether the daily job follows them."""
    click.echo(f"The daily job is {'on' if services.is_on() else 'off'}.")
    for index in list_indexes():
        for rule in list_rules(index.id):
            click.echo(f"{index.slug}: {_describe(rule)}")


@cli.command("on")
def switch_on() -> None:
    """Let the daily job move to the trash what rules do not keep."""
    with transaction():
        services.switch_on()


@cli.command("off")
def switch_off() -> None:
    """Let nothing go by itself."""
    with transaction():
        services.switch_off()


@cli.command("run")
@click.argument("names", nargs=-1)
@click.option("--index", "slug", help="Only of this index, or that of NAMES.  [default: all, main]")
@click.option("--dry-run", is_flag=True, help="Only say what would go, and what it would free.")
@click.option("--all", "tells_all", is_flag=True, help="Say of what stays why, too.")
def run(names: tuple[str, ...], slug: str | None, *, dry_run: bool, tells_all: bool) -> None:
    """Move to the trash what rules do not keep, of NAMES or of all projects.

    With NAMES it says of each release why it stays.
    """
    count: Counter[str] = Counter()
    with refusals_as_messages():
        for index in _list_indexes(slug, names):
            for judged in _judge(index, names):
                _tell(index.slug, judged, tells_all=tells_all or bool(names))
                # What is judged a moment later is what goes.
                going = judged.going if dry_run else services.let_go(judged)
                count["releases"] += len(going)
                count["files"] += sum(verdict.release.files for verdict in going)
                count["bytes"] += sum(verdict.release.size for verdict in going)
    what = f"{count['releases']:,} releases with {count['files']:,} files"
    size = f"{count['bytes'] / _MB:,.1f} MB"
    if dry_run:
        click.echo(f"{what} would go to the trash, and later free {size}.")
    else:
        click.echo(f"{what} went to the trash, and will free {size}.")


def _list_indexes(slug: str | None, names: Iterable[str]) -> list[Index]:
    if slug is not None or names:
        return [get_index(slug or MAIN)]
    return [index for index in list_indexes() if index.kind == HOSTED]


def _judge(index: Index, names: Iterable[str]) -> Iterator[Judged]:
    if not services.may_delete(index.id):
        click.echo(f"{index.slug}: nothing can be deleted in this index.")
        return
    if not names:
        yield from services.judge_index(index)
        return
    book = RuleBook(list_rules(index.id))
    for name in names:
        project, rule = get_project(index.id, name), book.find(normalise(name))
        if rule is None:
            click.echo(printable(f"{index.slug} {name}: no rule"))
        else:
            yield services.judge_project(project.id, rule)


def _tell(slug: str, judged: Judged, *, tells_all: bool) -> None:
    for verdict in judged.verdicts:
        if verdict.goes or tells_all:
            what = f"{slug} {judged.normalized_name} {verdict.release.version}"
            click.echo(printable(f"{what}: {_tell_verdict(verdict)}"))


def _tell_verdict(verdict: Verdict) -> str:
    release = verdict.release
    if verdict.goes:
        return f"goes, {release.files:,} files, {release.size / _MB:,.1f} MB"
    return f"stays, {_REASONS[verdict.reason].format(detail=verdict.detail)}"


def _describe(rule: Rule) -> str:
    words = [
        f"keep the {rule.keep_newest:,} newest" if rule.keep_newest else "",
        f"keep what was downloaded within {rule.downloaded_days:,} days"
        if rule.downloaded_days
        else "",
        f"pre-releases go after {rule.prerelease_days:,} days"
        if rule.prerelease_days is not None
        else "",
        f"keep what is younger than {rule.age_days:,} days",
    ]
    told = "keep everything" if rule.is_idle else "; ".join(word for word in words if word)
    return f"{rule.pattern}: {told}"
