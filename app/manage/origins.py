"""Telling where a name comes from, without asking any upstream."""

from fnmatch import fnmatchcase

from app.core.i18n import _
from app.indexes.models import Index
from app.indexes.queries import MIRROR, find_name_claim, get_index, list_reserved
from app.indexes.upstreams import find_host, list_hosts
from app.projects.exceptions import BadProjectName
from app.projects.names import is_valid, normalise
from app.projects.queries import find_claim
from app.sources.registry import source_for


def describe_origin(index: Index, name: str) -> str:
    """Say in a sentence whose a name is in an index; raises `BadProjectName`."""
    if not is_valid(name):
        raise BadProjectName
    wanted = normalise(name)
    owner = source_for(index).find_owner(wanted)
    if owner is not None:
        return _describe_owner(get_index(owner), wanted)
    return _describe_unknown(index, wanted)


def _describe_unknown(index: Index, name: str) -> str:
    pattern = _find_pattern(name)
    hosts = ", ".join(list_hosts(index))
    if pattern is not None:
        text = _(
            "%(name)s is reserved by %(pattern)s: no upstream is asked.", name=name, pattern=pattern
        )
    elif hosts:
        text = _(
            "%(name)s is not known yet. Who asks for it makes us ask %(hosts)s.",
            name=name,
            hosts=hosts,
        )
    else:
        text = _("%(name)s is not known here.", name=name)
    return str(text)


def _describe_owner(owner: Index, name: str) -> str:
    facts = {"name": name, "index": owner.slug}
    project = find_claim(owner.id, name)
    host = find_host(owner)
    if owner.kind == MIRROR and host is None:
        text = _("%(name)s comes from %(index)s, which has no upstream at the moment.", **facts)
    elif owner.kind == MIRROR:
        text = _("%(name)s comes from %(index)s, which copies %(host)s.", host=host, **facts)
    elif project is None and find_name_claim(owner.id, name) is not None:
        text = _("%(name)s is claimed by %(index)s.", **facts)
    elif project is not None and project.removed_at is not None:
        text = _("%(name)s was removed from %(index)s, which keeps the name.", **facts)
    else:
        text = _("%(name)s is published in %(index)s.", **facts)
    return str(text)


def _find_pattern(name: str) -> str | None:
    patterns = (row.pattern for row in list_reserved())
    return next((pattern for pattern in patterns if fnmatchcase(name, pattern)), None)
