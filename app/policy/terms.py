"""What the rules of several indexes, one behind the other, say of a name.

The nearest index with a rule that fits decides, and inside one index the rule that
fits the fewest files.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from fnmatch import translate
from functools import cached_property
from typing import TypeVar

from app.policy.rules import ALLOW, BLOCK, BLOCKED, EXEMPT, NOT_ALLOWED, Refusal, Rule

DEFAULT_AGE = timedelta(days=7)

Kept = TypeVar("Kept")


@dataclass(frozen=True, kw_only=True)
class Layer:
    """What one index decided; None where it leaves it to those behind it."""

    index_slug: str
    rules: tuple[Rule, ...] = ()
    minimum_age: timedelta | None = None
    only_allowed: bool | None = None

    def fitting(self, name: str) -> list[Rule]:
        """Return the rules that fit a name, whatever the version, those that decide first."""
        found = list(self._exact.get(name, ()))
        for length in self._lengths:
            wild = self._wild.get(name[:length], ())
            found += [rule for pattern, rule in wild if pattern.match(name)]
        return sorted(found, key=lambda rule: rule.weight, reverse=True)

    def concerns(self, name: str) -> bool:
        """Tell, in a moment, whether any rule may fit a name."""
        beginnings = (name[:length] for length in self._lengths)
        return name in self._exact or any(each in self._wild for each in beginnings)

    @cached_property
    def _exact(self) -> dict[str, list[Rule]]:
        return _grouped((rule.pattern, rule) for rule in self.rules if rule.is_exact)

    @cached_property
    def _wild(self) -> dict[str, list[tuple[re.Pattern[str], Rule]]]:
        """Return patterns by what stands before their first `*`.

        So each of 900,000 names is compared with those alone that begin as it does.
        """
        return _grouped(
            (rule.pattern.partition("*")[0], (re.compile(translate(rule.pattern)), rule))
            for rule in self.rules
            if not rule.is_exact
        )

    @cached_property
    def _lengths(self) -> tuple[int, ...]:
        return tuple(sorted({len(beginning) for beginning in self._wild}))


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What is decided of one name.

    `doors` are the rules that block or allow it, in the order in which they decide;
    at None only that passes which was allowed before. `early` let young files in,
    `trusted` those that changed.
    """

    is_mirrored: bool
    age: timedelta
    doors: tuple[Rule | None, ...] = ()
    early: tuple[Rule, ...] = ()
    trusted: tuple[Rule, ...] = ()
    _known: dict[str, tuple[Refusal | None, bool, bool]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @property
    def are_idle(self) -> bool:
        """Tell whether no file of the name can be refused."""
        return not self.is_mirrored and not self.doors

    @cached_property
    def shut(self) -> Refusal | None:
        """Return why no version of the name can be served, or None if some might be."""
        for rule in self.doors:
            if rule is not None and rule.kind == ALLOW:
                return None
            if rule is None or not rule.specifier:
                return _refuse(rule)
        return None

    def of_version(self, version: str) -> tuple[Refusal | None, bool, bool]:
        """Return why a version is refused, whether it may be young, and whether it may change."""
        known = self._known.get(version)
        if known is None:
            known = self._known[version] = (
                self._find_refusal(version),
                any(rule.covers(version) for rule in self.early),
                any(rule.covers(version) for rule in self.trusted),
            )
        return known

    def _find_refusal(self, version: str) -> Refusal | None:
        for rule in self.doors:
            if rule is None:
                return _refuse(rule)
            if rule.covers(version):
                return _refuse(rule) if rule.kind == BLOCK else None
        return None


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What is decided on the path from an index to the one that has the files.

    `is_mirrored` tells that it has them from an upstream.
    """

    layers: tuple[Layer, ...]
    is_mirrored: bool

    @property
    def are_idle(self) -> bool:
        """Tell whether no file whatever can be refused."""
        blocks = any(rule.kind == BLOCK for layer in self.layers for rule in layer.rules)
        return not self.is_mirrored and not blocks

    @cached_property
    def may_shut_names(self) -> bool:
        """Tell whether there can be names of which no version is served."""
        return self._shuts_others or any(
            rule.kind == BLOCK and not rule.specifier
            for layer in self.layers
            for rule in layer.rules
        )

    @property
    def age(self) -> timedelta:
        """Return how old a file of an upstream must be."""
        layer = self.age_layer
        return DEFAULT_AGE if layer is None or layer.minimum_age is None else layer.minimum_age

    @cached_property
    def age_layer(self) -> Layer | None:
        """Return what decided the age, or None if no index did."""
        return next((layer for layer in self.layers if layer.minimum_age is not None), None)

    def is_shut(self, name: str) -> bool:
        """Tell whether no version of a normalised name can be served."""
        if any(layer.concerns(name) for layer in self.layers):
            return self.about(name).shut is not None
        return self._shuts_others

    def about(self, name: str) -> Terms:
        """Return what is decided of a normalised name."""
        fitting = [layer.fitting(name) for layer in self.layers]
        early, trusted = self._exemptions(fitting)
        return Terms(
            is_mirrored=self.is_mirrored,
            age=self.age,
            doors=tuple(self._doors(fitting)),
            early=early,
            trusted=trusted,
        )

    @cached_property
    def _shuts_others(self) -> bool:
        decided = (layer.only_allowed for layer in self.layers if layer.only_allowed is not None)
        return self.is_mirrored and next(decided, False)

    def _doors(self, fitting: Sequence[Sequence[Rule]]) -> Iterator[Rule | None]:
        # Whatever is published here was let in by whoever may publish here.
        is_decided = not self.is_mirrored
        for layer, rules in zip(self.layers, fitting, strict=True):
            yield from (rule for rule in rules if rule.kind in {BLOCK, ALLOW})
            if layer.only_allowed and not is_decided:
                yield None
            is_decided = is_decided or layer.only_allowed is not None

    def _exemptions(
        self, fitting: Sequence[Sequence[Rule]]
    ) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
        early: list[Rule] = []
        trusted: list[Rule] = []
        is_in_reach = True
        for layer, rules in zip(self.layers, fitting, strict=True):
            found = [rule for rule in rules if rule.kind == EXEMPT]
            trusted += found
            # The age that an index asks for is not lifted by one behind it.
            early += found if is_in_reach else []
            is_in_reach = is_in_reach and layer is not self.age_layer
        return tuple(early), tuple(trusted)


def _refuse(rule: Rule | None) -> Refusal:
    return Refusal(code=NOT_ALLOWED) if rule is None else Refusal(code=BLOCKED, rule=rule)


def _grouped(pairs: Iterable[tuple[str, Kept]]) -> dict[str, list[Kept]]:
    groups: dict[str, list[Kept]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups
