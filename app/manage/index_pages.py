"""Putting the page of an index together for its administrator."""

from app.accounts.actors import Actor
from app.core.exceptions import DomainError
from app.indexes import services
from app.indexes.models import Index
from app.indexes.permissions import list_readable
from app.indexes.queries import (
    MIRROR,
    find_paths,
    list_bases,
    list_claims,
    list_dependents,
    list_edges,
    list_rights,
)
from app.indexes.slugs import variable_of
from app.indexes.upstreams import is_configured
from app.manage.index_forms import (
    BaseForm,
    ClaimForm,
    RemovalForm,
    RightForm,
    SettingsForm,
    UpstreamForm,
    settings_of,
)
from app.manage.index_viewmodels import ClaimLine, IndexLine, IndexView
from app.manage.origins import describe_origin
from app.projects.queries import count_projects
from app.retention.queries import list_rules
from app.retention.services import is_on
from app.web.forms import Form


def index_view(actor: Actor, index: Index, *, name: str, forms: dict[str, Form]) -> IndexView:
    """Return the page of an index; `forms` are those to be shown as they were sent."""
    readable = list_readable(actor)
    dependents = [each.slug for each in list_dependents(index.id)]
    shown = tuple(each.slug for each in readable if each.slug in dependents)
    return IndexView(
        index=IndexLine.of(index),
        bases=tuple(map(IndexLine.of, list_bases(index.id))),
        rights=tuple(list_rights(index.id)),
        claims=tuple(ClaimLine.of(*each) for each in list_claims(index.id)),
        retention=tuple(list_rules(index.id)),
        is_retention_on=is_on(),
        dependents=shown,
        hidden_dependents=len(dependents) - len(shown),
        project_count=count_projects(index.id),
        variable=variable_of(index.slug),
        is_configured=is_configured(index.slug),
        is_site_admin=actor.is_admin,
        asked=name,
        origin=_find_origin(index, name),
        forms=_fresh_forms(index, readable) | forms,
    )


def base_form(index: Index, readable: list[Index]) -> BaseForm:
    """Return a form with the indexes that could be another base of one, of those readable."""
    form, edges = BaseForm(prefix="bases-"), list_edges()
    taken = {base.id for base in edges.get(index.id, ())}
    form.base.choices = [
        (each.slug, f"{each.title} ({each.slug})")
        for each in readable
        if each.id not in taken and all(path[-1].id != index.id for path in find_paths(each, edges))
    ]
    return form


def _fresh_forms(index: Index, readable: list[Index]) -> dict[str, Form]:
    forms: dict[str, Form] = {
        "settings": _settings_form(index),
        "rights": RightForm(None, prefix="rights-"),
        "removal": RemovalForm(None, prefix="removal-"),
    }
    if index.kind == MIRROR:
        url = index.upstream_url
        return forms | {"upstream": UpstreamForm(None, prefix="upstream-", upstream_url=url)}
    bases = base_form(index, readable)
    return forms | {"bases": bases, "claims": ClaimForm(None, prefix="claims-")}


def _settings_form(index: Index) -> SettingsForm:
    rules = {rule: index.settings.get(rule, on) for rule, on in services.RULES.items()}
    age = index.settings.get(services.AGE)
    return settings_of(index.kind)(
        None,
        prefix="settings-",
        title=index.title,
        visibility=index.visibility,
        minimum_age_days="" if age is None else str(age),
        **rules,
    )


def _find_origin(index: Index, name: str) -> str:
    try:
        return describe_origin(index, name) if name else ""
    except DomainError as error:
        return str(error)
