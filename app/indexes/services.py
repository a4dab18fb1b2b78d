"""Changing indexes: opening and removing them, their settings, rights, and counting changes."""

from typing import Any

from sqlalchemy import select, update

from app.accounts.actors import OPERATOR, Actor
from app.accounts.events import AccountOpened, UploadAllowed
from app.accounts.models import Account
from app.core import clock
from app.core.database import add_unless_there
from app.core.events import tell
from app.core.exceptions import NotFound
from app.core.i18n import _l
from app.extensions import db
from app.indexes import slugs
from app.indexes.events import (
    AgeChanged,
    BaseChanged,
    IndexOpened,
    IndexRemoved,
    PageRuleChanged,
    RightGranted,
    RightTaken,
    RuleChanged,
    TitleChanged,
    VisibilityChanged,
)
from app.indexes.exceptions import (
    BadAge,
    BadSlug,
    BadTitle,
    MainStays,
    SlugNotConfirmed,
    SlugTaken,
    UnknownChoice,
)
from app.indexes.models import Index, IndexGrant, SerialCounter
from app.indexes.permissions import demand_administer, demand_site_admin
from app.indexes.queries import (
    HOSTED,
    KINDS,
    KNOWN_NAMES,
    MAIN,
    RIGHTS,
    UPLOAD,
    VISIBILITIES,
    get_index,
    list_dependents,
    shows_known_names,
)

ONLY_ALLOWED, AGE = "only_allowed", "minimum_age_days"
# What may differ per index, and how it is unless somebody decides. That a file is
# never overwritten is no rule: it does not differ.
RULES = {
    "local_versions": True,
    "linux_wheels": True,
    "direct_dependencies": False,
    "deletion": True,
    ONLY_ALLOWED: False,
}
LONGEST_TITLE = 100
OLDEST_AGE = 3650


def open_index(
    slug: str,
    title: str,
    *,
    kind: str = HOSTED,
    visibility: str = "public",
    actor: Actor = OPERATOR,
) -> Index:
    """Make a new index, as only who runs the site may."""
    demand_site_admin(actor)
    if not slugs.is_valid(slug):
        raise BadSlug
    _demand_choice(kind, KINDS)
    _demand_choice(visibility, VISIBILITIES)
    facts: dict[str, Any] = {"title": _clean_title(title), "kind": kind, "visibility": visibility}
    # The slug may have been another's before, whose generations must not come again.
    generation = last_serial() + 2
    row = {"settings": {}, "generation": generation, "created_at": clock.now()}
    if not add_unless_there(Index, slug=slug, **facts, **row):
        raise SlugTaken
    index = get_index(slug)
    number_names(index.id)
    tell(IndexOpened(**describe(actor, index), **facts))
    return index


def change_title(index: Index, title: str, *, actor: Actor = OPERATOR) -> None:
    """Call an index something else."""
    demand_administer(actor, index)
    index.title = _clean_title(title)
    tell(TitleChanged(**describe(actor, index), title=index.title))


def change_visibility(index: Index, visibility: str, *, actor: Actor = OPERATOR) -> None:
    """Open or close an index; its ready pages are void from now on."""
    demand_administer(actor, index)
    _demand_choice(visibility, VISIBILITIES)
    index.visibility = visibility
    void_pages(index)
    tell(VisibilityChanged(**describe(actor, index), visibility=visibility))


def change_rule(index: Index, rule: str, *, is_on: bool, actor: Actor = OPERATOR) -> None:
    """Switch one of the RULES of an index on or off."""
    demand_administer(actor, index)
    _demand_choice(rule, RULES)
    _keep_setting(index, rule, is_on)
    facts = {**describe(actor, index), "rule": rule, "is_on": is_on}
    if rule == ONLY_ALLOWED:
        void_pages(index)
        tell(PageRuleChanged(**facts))
    else:
        tell(RuleChanged(**facts))


def show_known_names(index: Index, *, actor: Actor = OPERATOR) -> None:
    """Let lists show the names that a mirror knows, even while it copies nothing."""
    demand_administer(actor, index)
    if shows_known_names(index):
        return
    _keep_setting(index, KNOWN_NAMES, True)
    void_pages(index)
    tell(PageRuleChanged(**describe(actor, index), rule=KNOWN_NAMES, is_on=True))


def change_age(index: Index, days: int | None, *, actor: Actor = OPERATOR) -> None:
    """Show files of upstreams only when they are some days old; None leaves it to the bases."""
    demand_administer(actor, index)
    if days is not None and not 0 <= days <= OLDEST_AGE:
        raise BadAge
    _keep_setting(index, AGE, days)
    void_pages(index)
    tell(AgeChanged(**describe(actor, index), days=days))


def remove_index(
    index: Index, confirmation: str, *, with_projects: bool = False, actor: Actor = OPERATOR
) -> tuple[str, ...]:
    """Remove an index with all that is in it; `confirmation` is its slug.

    Whoever has it among the bases goes on without it; their slugs are returned.
    What is published in it goes only `with_projects`.
    """
    demand_administer(actor, index)
    if index.slug == MAIN:
        raise MainStays
    if confirmation.strip() != index.slug:
        raise SlugNotConfirmed
    # Nobody publishes in it from now on, so that what is counted is all there is.
    db.session.refresh(index, with_for_update=True)
    dependents = tuple(each.slug for each in list_dependents(index.id))
    void_pages(index)
    facts = describe(actor, index)
    tell(IndexRemoved(**facts, with_projects=with_projects, dependents=dependents))
    db.session.delete(index)
    db.session.flush()  # What follows from it reads who has which bases.
    return dependents


def void_pages(*indexes: Index) -> None:
    """Begin a new generation of indexes, and of those that have them among their bases.

    The caller tells a `PagesVoided` of the indexes themselves. A page may be as
    long as before and its project unchanged, so its number must be another one.
    """
    changed = {index.id: index for index in indexes}
    dependents = {each.id: each for index in indexes for each in list_dependents(index.id)}
    for each in (changed | dependents).values():
        each.generation += 1
        each.floor_serial = take_serial(each.id)
        if each.id not in changed:
            tell(BaseChanged(index_slug=each.slug))


def grant_right(index: Index, account: Account, right: str, *, actor: Actor = OPERATOR) -> None:
    """Give an account one of the RIGHTS in an index, in place of the one it had."""
    demand_administer(actor, index)
    _demand_choice(right, RIGHTS)
    grant(index.id, account.id, right)
    tell(RightGranted(**describe(actor, index), username=account.username, right=right))


def take_right(index: Index, account: Account, *, actor: Actor = OPERATOR) -> None:
    """Take the right that an account has in an index; raises `NotFound` if it has none."""
    demand_administer(actor, index)
    row = db.session.get(IndexGrant, (index.id, account.id))
    if row is None:
        raise NotFound(_l("This account has no right in this index."))
    db.session.delete(row)
    tell(RightTaken(**describe(actor, index), username=account.username))


def grant(index_id: int, account_id: int, right: str) -> None:
    """Give an account a right in an index, in place of the one it had."""
    db.session.merge(IndexGrant(index_id=index_id, account_id=account_id, right=right))


def grant_main(account_id: int) -> None:
    """Let an account publish new names in `main`."""
    grant(get_index(MAIN).id, account_id, UPLOAD)


def welcome(event: AccountOpened) -> None:
    """Let a new account publish in `main` if it was opened for that."""
    if event.may_publish:
        grant_main(event.account_id)


def let_upload(event: UploadAllowed) -> None:
    """Let an account publish new names in the index that the operator named."""
    grant(get_index(event.index_slug).id, event.account_id, UPLOAD)


def take_serial(index_id: int) -> int:
    """Return the next number of the one counter of changes, noted at the index.

    Take it as the last thing in a transaction: the row lock then keeps the
    order of numbers the order of commits, so that followers never skip one.
    """
    bump = update(SerialCounter).values(value=SerialCounter.value + 1)
    serial = db.session.scalars(bump.returning(SerialCounter.value)).one()
    db.session.execute(update(Index).where(Index.id == index_id).values(last_serial=serial))
    return serial


def number_names(index_id: int) -> None:
    """Take a number for a change of the names in an index; see `take_serial`."""
    serial = take_serial(index_id)
    db.session.execute(update(Index).where(Index.id == index_id).values(names_serial=serial))


def last_serial() -> int:
    """Return the number of the newest change."""
    return db.session.scalar(select(SerialCounter.value)) or 0


def describe(actor: Actor, index: Index) -> dict[str, Any]:
    """Return what every event about an index carries."""
    return {"by": actor.account_id, "actor": actor.username, "index_slug": index.slug}


def _clean_title(title: str) -> str:
    clean = " ".join(title.split())
    if not (0 < len(clean) <= LONGEST_TITLE and clean.isprintable()):
        raise BadTitle
    return clean


def _demand_choice(value: str, choices: Any) -> None:
    if value not in choices:
        raise UnknownChoice


def _keep_setting(index: Index, name: str, value: bool | int | None) -> None:
    # A new dictionary, because a change inside the old one is not noticed.
    kept = {key: kept for key, kept in index.settings.items() if key != name}
    index.settings = kept if value is None else kept | {name: value}
