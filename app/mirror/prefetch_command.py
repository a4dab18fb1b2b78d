"""`flask mirror prefetch`: have files here before anybody asks for them."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

import click
from flask.cli import with_appcontext
from packaging.requirements import InvalidRequirement, Requirement

from app.core.commands import printable, refusals_as_messages
from app.core.crews import Bell, work_through
from app.indexes.queries import MAIN, get_index
from app.mirror.closures import list_needs
from app.mirror.lockfiles import read_lock
from app.mirror.needfiles import read_needs
from app.mirror.prefetching import Choice, Delivery, Lack, Order, Plan, deliver, plan
from app.mirror.wishes import Wish, WishList
from app.projects.names import normalise

_PATH = click.Path(exists=True, dir_okay=False, path_type=Path)
_MB = 1_000_000


@click.command("prefetch")
@click.argument("names", nargs=-1)
@click.option("-r", "--requirement", "needs", type=_PATH, multiple=True, help="As pip has it.")
@click.option("--pylock", "locks", type=_PATH, multiple=True, help="A lock file (PEP 751).")
@click.option("--index", "slug", default=MAIN, show_default=True, help="For whose readers.")
@click.option("--pin", "is_kept", is_flag=True, help="Never remove these files to make room.")
@click.option("--wheels-only", is_flag=True, help="Leave source archives out.")
@click.option(
    "--platform", "platforms", multiple=True, help="Only wheels for it, as '*linux*x86_64'."
)
@click.option("--with-dependencies", is_flag=True, help="And all that they need, as it is here.")
@with_appcontext
def prefetch(
    names: tuple[str, ...],
    needs: tuple[Path, ...],
    locks: tuple[Path, ...],
    slug: str,
    *,
    is_kept: bool,
    wheels_only: bool,
    platforms: tuple[str, ...],
    with_dependencies: bool,
) -> None:
    """Fetch releases before anybody asks for them: of NAMES, requirements or locks.

    A name may have a version specifier; the newest release that fits and that the
    policy lets through is fetched with all its files. What is here already is not
    fetched again, so an interrupted command is run again to go on. Status 1 when
    something could not be had.
    """
    choice = Choice(wheels_only=wheels_only, platforms=platforms)
    with refusals_as_messages():
        get_index(slug)
        wanted = _gather(names, needs, locks)
        plans = _make_plans(slug, wanted.wishes, choice, with_dependencies=with_dependencies)
        results = _fetch(slug, plans, is_kept=is_kept)
    _report(wanted, [*(lack for one in plans for lack in one.lacks), *results])


def _gather(names: Iterable[str], needs: Iterable[Path], locks: Iterable[Path]) -> WishList:
    wanted = WishList(tuple(_named(text) for text in names))
    wanted = sum(map(read_needs, needs), wanted)
    wanted = sum(map(read_lock, locks), wanted)
    if not wanted.wishes:
        raise click.UsageError("Name projects, requirements (-r) or a lock (--pylock).")
    return wanted


def _named(text: str) -> Wish:
    try:
        return Wish.of(Requirement(text))
    except InvalidRequirement as error:
        raise click.BadParameter(f"{text!r} is no requirement", param_hint="NAMES") from error


def _make_plans(
    slug: str, wishes: Iterable[Wish], choice: Choice, *, with_dependencies: bool
) -> list[Plan]:
    plans: list[Plan] = []
    seen: set[tuple[str, str, frozenset[str]]] = set()
    work = partial(_plan, slug, choice, with_dependencies)
    while new := [wish for wish in wishes if _key(wish) not in seen or wish.files]:
        new = list({(_key(wish), wish.files): wish for wish in new}.values())
        seen.update(map(_key, new))
        done = [result for _wish, result in work_through(new, work, label="Looking")]
        plans += [made for made, _needs in done]
        wishes = [need for _made, needs in done for need in needs]
    return plans


def _plan(
    slug: str, choice: Choice, with_dependencies: bool, wish: Wish, bell: Bell
) -> tuple[Plan, list[Wish]]:
    made = plan(slug, wish, choice)
    return made, list_needs(slug, wish, made, bell) if with_dependencies else []


def _key(wish: Wish) -> tuple[str, str, frozenset[str]]:
    return normalise(wish.name), str(wish.specifier), wish.extras


def _fetch(slug: str, plans: Iterable[Plan], *, is_kept: bool) -> list[Delivery | Lack]:
    orders = {
        (order.link.address, order.link.filename, order.digests): order
        for each in plans
        for order in each.orders
    }

    def work(order: Order, bell: Bell) -> Delivery | Lack:
        return deliver(slug, order, bell, is_kept=is_kept)

    every = list(orders.values())
    return [result for _order, result in work_through(every, work, label="Fetching")]


def _report(wanted: WishList, results: list[Delivery | Lack]) -> None:
    lacks = [one for one in results if isinstance(one, Lack)]
    new = [one for one in results if isinstance(one, Delivery) and one.is_new]
    for note in wanted.notes:
        click.echo(printable(f"Passed over: {note}"), err=True)
    for lack in lacks:
        # Upstreams choose the names of their files.
        click.echo(printable(f"{lack.what}: {lack.why}"), err=True)
    size = sum(one.size for one in new) / _MB
    here = len(results) - len(new) - len(lacks)
    click.echo(f"{len(new)} files fetched ({size:.1f} MB), {here} here already, ", nl=False)
    click.echo(f"{len(lacks)} missing.")
    if lacks:
        raise click.exceptions.Exit(1)
