"""An explanation in sentences, for pages and for the command line."""

from app.core.i18n import _, ngettext
from app.policy.explaining import (
    COPIED,
    KEPT,
    KNOWN,
    PUBLISHED,
    RESERVED,
    UNKNOWN,
    Explanation,
)


def list_sentences(told: Explanation) -> list[str]:
    """Return what decides on a name: where it comes from, then what rules and age do."""
    sentences = [_tell_origin(told)]
    if told.origin == RESERVED:
        sentences.append(_("It is here as soon as somebody publishes it."))
    if told.is_askable and told.shut is None:
        sentences.append(_("Its upstream is asked when somebody installs it or opens its page."))
    if told.shut is not None:
        return [*sentences, _("No version of it is served.")]
    if told.age is not None:
        sentences.append(_tell_age(told))
    if told.version is not None:
        return [*sentences, *_tell_version(told, told.version)]
    if told.served:
        sentences.append(_("The newest version served is %(version)s.", version=told.served[0]))
    elif told.held:
        sentences.append(_("No version of it is served at the moment."))
    return sentences


def _tell_origin(told: Explanation) -> str:
    facts = {"name": told.name, "index": told.owner or told.index_slug}
    told_by = {
        PUBLISHED: _("%(name)s is published in the index %(index)s.", **facts),
        KEPT: _(
            "%(name)s belongs to the index %(index)s, which shows nothing of it: it was removed, "
            "or claimed.",
            **facts,
        ),
        RESERVED: _("%(name)s is a reserved name: no upstream is ever asked for it.", **facts),
        COPIED: _("%(name)s comes from the upstream of the index %(index)s.", **facts),
        KNOWN: _(
            "%(name)s is known to be at the upstream of the index %(index)s; nothing of it was "
            "fetched yet.",
            **facts,
        ),
        UNKNOWN: _("%(name)s is not known in the index %(index)s.", **facts),
    }
    return str(told_by[told.origin])


def _tell_age(told: Explanation) -> str:
    days = told.age.days if told.age else 0
    if told.age_slug is None:
        own = ngettext(
            "What comes from an upstream must be one day old.",
            "What comes from an upstream must be %(num)s days old.",
            days,
        )
        return str(own)
    asked = ngettext(
        "The index %(index)s asks for an age of one day.",
        "The index %(index)s asks for an age of %(num)s days.",
        days,
        index=told.age_slug,
    )
    return str(asked)


def _tell_version(told: Explanation, version: str) -> list[str]:
    facts = {"name": told.name, "version": version}
    if not told.verdicts:
        return [_("No file of %(name)s %(version)s is known here.", **facts)]
    refused = sum(verdict.refusal is not None for verdict in told.verdicts)
    if refused == 0:
        return [_("All files of %(name)s %(version)s are served.", **facts)]
    if refused == len(told.verdicts):
        return [_("No file of %(name)s %(version)s is served.", **facts)]
    return [_("Some files of %(name)s %(version)s are served.", **facts)]
