"""Who listens to what, which kind of index has which source, and what lies over it: all of it."""

from app.accounts import mails
from app.accounts.events import (
    AccountOpened,
    AddressClaimed,
    ConfirmationAsked,
    LoggedIn,
    LoginFailed,
    PasswordChanged,
    ResetLinkOrdered,
    UploadAllowed,
)
from app.checking import (
    catalogue,
    contents,
    counters,
    database,
    files,
    findings,
    jobs,
    listings,
    orphans,
    shelf,
)
from app.checking import (
    copies as stored,
)
from app.checking import (
    pages as written,
)
from app.core import events
from app.core.events import Event
from app.core.storage import sweep
from app.feeds import catalogue_map, maps
from app.feeds.fixed_map import Place, fixed_section
from app.feeds.page_map import PAGES
from app.indexes import services as indexes
from app.indexes.events import IndexRemoved, PagesVoided, UpstreamChanged
from app.journal import services as journal
from app.metrics import counting
from app.mirror import keeping
from app.mirror import queries as copies
from app.mirror.leaving import forget_upstream
from app.mirror.relisting import RELISTING
from app.mirror.resting import RestingMirror
from app.mirror.source import mirror_source
from app.mongo import choosing as documents
from app.pages import queries as pages
from app.policy.source import lay_policy
from app.projects import totals
from app.projects.events import (
    FilePublished,
    FilesWithdrawn,
    NamesChanged,
    NamesLoaded,
    PageChanged,
)
from app.projects.queries import list_referred
from app.projects.services import count_names, refuse_loss
from app.search import listers, own
from app.search.facts import CLASSIFIER
from app.search.jobs import leave_index
from app.simple import passes, shelving
from app.site.labels import KINDS
from app.sources import registry
from app.stats import keepers
from app.stats.keepers import Keeper
from app.stats.queries import list_files
from app.stats.services import forget_index
from app.web import readiness

# Pages that every site has, for crawlers: endpoints with the values of their addresses.
MAPPED: tuple[Place, ...] = (
    ("site.home", {}),
    ("site.popular", {}),
    ("site.stats", {}),
    ("site.browse", {}),
    *(("site.classifier_tree", {"segment": segment}) for segment in ("topics", "classifiers")),
    *(("site.labels", {"kind": kind}) for kind in KINDS.values() if kind != KINDS[CLASSIFIER]),
    ("site.newest", {}),
    ("site.releases", {}),
    ("site.maintainers", {}),
    ("site.indexes", {}),
    ("site.classifiers", {}),
    ("site.refusals", {}),
)

# All that `flask check` looks at. What is mended first is what others are made from.
CHECKS: tuple[findings.Checker, ...] = (
    database.integrity,
    database.foreign_keys,
    contents.contents,
    files.files,
    stored.copies,
    stored.pictures,
    orphans.orphans,
    catalogue.release_files,
    catalogue.derived_names,
    catalogue.choices,
    catalogue.accounts,
    counters.newest_releases,
    counters.project_counts,
    counters.index_totals,
    counters.serials,
    listings.project_listings,
    listings.listings,
    listings.stray_words,
    counters.label_counts,
    counters.download_sums,
    written.page_pictures,
    written.page_versions,
    jobs.jobs,
    shelf.shelf,
)

# What /readyz looks at besides all that the service cannot do without.
LOOKS: tuple[readiness.Look, ...] = (
    readiness.Look(
        "mongodb",
        {
            "mongodb-lost": "MongoDB does not answer, so pages are read from the database.",
            "mongodb-behind": "MongoDB lags by minutes; what changed is read from the database.",
            "mongodb-empty": "MongoDB has no whole copy yet: run `flask mongo migrate`.",
        },
        documents.look_at_documents,
    ),
)


def wire() -> None:
    """Connect all listeners, sources and those who stand on blobs."""
    registry.register("hosted", documents.hosted_source)
    registry.register("mirror", mirror_source, resting=RestingMirror)
    registry.lay_over(lay_policy)
    sweep.refer(list_referred, copies.list_referred, pages.list_referred)
    site_map = (fixed_section("site", MAPPED), PAGES, catalogue_map.PEOPLE, catalogue_map.PROJECTS)
    for section in site_map:
        maps.register(section)
    keepers.register(
        Keeper(list_files),
        Keeper(copies.list_held, keeping.note_use),
    )
    findings.register(*CHECKS)
    readiness.register(*LOOKS)
    listers.register(own.RELISTING, RELISTING)
    events.connect(
        inside=[
            (Event, journal.record),
            (AccountOpened, indexes.welcome),
            (UploadAllowed, indexes.let_upload),
            (ConfirmationAsked, mails.promise_confirmation),
            (AddressClaimed, mails.promise_claim),
            (PasswordChanged, mails.promise_notice),
            (ResetLinkOrdered, mails.promise_ordered_reset),
            (PageChanged, shelving.take_down_page),
            (FilesWithdrawn, shelving.withdraw_files),
            (NamesChanged, shelving.take_down_list),
            (NamesChanged, count_names),
            (NamesLoaded, shelving.take_down_lists),
            (NamesLoaded, count_names),
            (PageChanged, shelving.note_change),
            (PageChanged, own.note_change),
            (PageChanged, totals.note_change),
            (PageChanged, documents.note_change),
            (PagesVoided, shelving.close_index),
            (UpstreamChanged, forget_upstream),
            (IndexRemoved, refuse_loss),
            (IndexRemoved, shelving.clear_index),
            (IndexRemoved, leave_index),
            (IndexRemoved, forget_index),
        ],
        after=[
            (Event, passes.forget),
            (FilePublished, counting.count_file),
            (LoggedIn, counting.count_login),
            (LoginFailed, counting.count_failed_login),
        ],
    )
