"""What somebody wants to have here before anybody asks for it."""

from dataclasses import dataclass, replace

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from app.projects.names import normalise

# An algorithm and the digest in lower-case hex.
Digest = tuple[str, str]


@dataclass(frozen=True)
class NamedFile:
    """A file that a lock names, and what its digest must be."""

    filename: str
    digest: Digest


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A release of a project: the newest one that fits.

    With `files` only those; with `digests` only files that have one of them.
    `place` says where it was written.
    """

    name: str
    specifier: SpecifierSet
    place: str = ""
    extras: frozenset[str] = frozenset()
    digests: frozenset[Digest] = frozenset()
    files: tuple[NamedFile, ...] = ()

    @classmethod
    def of(cls, requirement: Requirement, place: str = "") -> "Wish":
        """Return the wish that a requirement (PEP 508) is; markers are for those who install."""
        return cls(
            name=requirement.name,
            specifier=requirement.specifier,
            place=place,
            extras=frozenset(map(normalise, requirement.extras)),
        )

    @property
    def is_pinned(self) -> bool:
        """Tell whether exactly one version fits, so that it may be a yanked one (PEP 592)."""
        return any(
            each.operator == "===" or (each.operator == "==" and not each.version.endswith(".*"))
            for each in self.specifier
        )

    def narrowed(self, specifier: SpecifierSet) -> "Wish":
        """Return a wish for what fits a further constraint too."""
        return replace(self, specifier=self.specifier & specifier)

    def __str__(self) -> str:
        return f"{self.name}{self.specifier}"


@dataclass(frozen=True)
class WishList:
    """Wishes, and notes on what was passed over and why."""

    wishes: tuple[Wish, ...] = ()
    notes: tuple[str, ...] = ()

    def __add__(self, other: "WishList") -> "WishList":
        return WishList(self.wishes + other.wishes, self.notes + other.notes)
