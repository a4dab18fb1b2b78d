"""Why something is or is not served, from what is here: no upstream is asked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core import clock
from app.indexes.models import Index
from app.indexes.queries import MIRROR, list_paths, reserved_matcher
from app.policy.judging import Sifted, sift
from app.policy.queries import Path, rules_of
from app.policy.rules import Refusal, Rule
from app.policy.terms import Rules, Terms
from app.projects.exceptions import BadProjectName
from app.projects.names import is_valid, normalise
from app.projects.versions import parse_version
from app.sources.page import FileLink, IndexPage
from app.sources.registry import own_source, source_for

# Where a name comes from.
PUBLISHED, KEPT, RESERVED, COPIED, KNOWN, UNKNOWN = (
    "published",
    "kept",
    "reserved",
    "copied",
    "known",
    "unknown",
)
_NO_RULES = Rules(layers=(), is_mirrored=False)


@dataclass(frozen=True, kw_only=True)
class Considered:
    """A rule that fits the name; `decides` for the version that was asked for, or for all."""

    rule: Rule
    decides: bool


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A file, and why it is not served if it is not."""

    file: FileLink
    refusal: Refusal | None


@dataclass(frozen=True, kw_only=True)
class Held:
    """A version of which no file is served, and why."""

    version: str
    refusal: Refusal


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """All that decides on a name in an index, and on a version of it.

    `owner` is the slug of the index that the name belongs to; `is_askable` tells that
    none is known and an upstream will be asked. `age` is None where no
    age is asked for, and `age_slug` None where it is nobody's decision. `served` and
    `held` are versions, the newest first; `verdicts` are about the files of the version
    that was asked for.
    """

    index_slug: str
    name: str
    version: str | None
    origin: str
    owner: str | None
    is_askable: bool
    fetched_at: datetime | None
    shut: Refusal | None
    age: timedelta | None
    age_slug: str | None
    rules: tuple[Considered, ...]
    served: tuple[str, ...]
    held: tuple[Held, ...]
    verdicts: tuple[Verdict, ...]


def explain(index: Index, name: str, version: str | None = None) -> Explanation:
    """Tell what decides on a name in an index; raises `BadProjectName`."""
    if not is_valid(name):
        raise BadProjectName
    wanted = normalise(name)
    origin, path = _find_origin(index, wanted)
    rules = _NO_RULES if path is None else rules_of(path)
    terms, page = rules.about(wanted), _find_page(path, wanted)
    sifted = sift(page.files if page else (), terms, clock.now())
    return Explanation(
        index_slug=index.slug,
        name=page.name if page else wanted,
        version=version,
        origin=origin,
        owner=path[-1].slug if path is not None and origin != UNKNOWN else None,
        is_askable=path is not None and origin == UNKNOWN,
        fetched_at=page.origin.fetched_at if page and page.origin else None,
        shut=terms.shut,
        age=rules.age if rules.is_mirrored and rules.age else None,
        age_slug=rules.age_layer.index_slug if rules.age_layer else None,
        rules=_consider(rules, terms, wanted, version),
        served=tuple(dict.fromkeys(file.version for file in reversed(sifted.served))),
        held=_list_held(sifted),
        verdicts=_judge_version(sifted, version) if version else (),
    )


def _find_origin(index: Index, name: str) -> tuple[str, Path | None]:
    """Return where a name comes from, and the path to what has it or would be asked for it."""
    owner = source_for(index).find_owner(name)
    for path in list_paths(index):
        if path[-1].slug == owner:
            here, away = (COPIED, KNOWN) if _is_mirror(path) else (PUBLISHED, KEPT)
            return here if _find_page(path, name) else away, path
    if reserved_matcher()(name):
        return RESERVED, None
    return UNKNOWN, next(filter(_is_mirror, list_paths(index)), None)


def _is_mirror(path: Path) -> bool:
    return path[-1].kind == MIRROR and own_source(path[-1]) is not None


def _find_page(path: Path | None, name: str) -> IndexPage | None:
    source = own_source(path[-1]) if path is not None else None
    return source.find_page(name) if source is not None else None


def _consider(rules: Rules, terms: Terms, name: str, version: str | None) -> tuple[Considered, ...]:
    deciding = _list_deciding(terms, version)
    return tuple(
        Considered(rule=rule, decides=rule in deciding)
        for layer in rules.layers
        for rule in layer.fitting(name)
    )


def _list_deciding(terms: Terms, version: str | None) -> list[Rule]:
    if version is None:
        return [terms.shut.rule] if terms.shut and terms.shut.rule else []
    door = next((rule for rule in terms.doors if rule is None or rule.covers(version)), None)
    lifting = next((rule for rule in terms.early if rule.covers(version)), None)
    return [rule for rule in (door, lifting) if rule is not None]


def _list_held(sifted: Sifted) -> tuple[Held, ...]:
    served = {file.version for file in sifted.served}
    held: dict[str, Refusal] = {}
    for file, refusal in reversed(sifted.refused):
        if file.version not in served:
            held.setdefault(file.version, refusal)
    return tuple(Held(version=version, refusal=refusal) for version, refusal in held.items())


def _judge_version(sifted: Sifted, version: str) -> tuple[Verdict, ...]:
    refused = dict(sifted.refused)
    files = [file for file in (*sifted.served, *refused) if _is_same(file.version, version)]
    ordered = sorted(files, key=lambda file: file.filename)
    return tuple(Verdict(file=file, refusal=refused.get(file)) for file in ordered)


def _is_same(version: str, wanted: str) -> bool:
    if version == wanted:
        return True
    known = parse_version(version)
    return known is not None and known == parse_version(wanted)
