"""Requirements files, as pip reads them."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet

from app.core.exceptions import Invalid
from app.core.i18n import _l
from app.mirror.wishes import Digest, Wish, WishList
from app.projects.names import normalise

LARGEST = 16 * 1024 * 1024
MOST_FILES = 100

_COMMENT = re.compile(r"(^|\s+)#.*$")
_NEEDS = {"-r", "--requirement"}
_CONSTRAINTS = {"-c", "--constraint"}
_ELSEWHERE = re.compile(r"[a-z+]+:|\.{0,2}/|\.$|~|.*\.(whl|tar\.gz|zip)$", re.IGNORECASE)


class NeedsUnreadable(Invalid):
    """A file of requirements cannot be used."""

    code = "needs-unreadable"


def read_needs(path: Path) -> WishList:
    """Return what a requirements file asks for, with all that it includes.

    Raises `NeedsUnreadable`.
    """
    reader = _Reader()
    reader.read(path, is_constraint=False)
    return reader.wish_list()


@dataclass
class _Reader:
    """One reading of a file and of those that it includes."""

    wishes: list[Wish] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    constraints: dict[str, SpecifierSet] = field(default_factory=dict)
    seen: set[tuple[Path, bool]] = field(default_factory=set)

    def read(self, path: Path, *, is_constraint: bool) -> None:
        """Read a file, once."""
        path = path.resolve()
        if (path, is_constraint) in self.seen:
            return
        self.seen.add((path, is_constraint))
        if len(self.seen) > MOST_FILES:
            raise NeedsUnreadable(_l("These requirements are spread over too many files."))
        for number, line in _lines(_text(path)):
            self._take(line, path, f"{path.name}:{number}", is_constraint=is_constraint)

    def wish_list(self) -> WishList:
        """Return all wishes as far as the constraints let them."""
        narrowed = (
            wish.narrowed(self.constraints.get(normalise(wish.name), SpecifierSet()))
            for wish in self.wishes
        )
        return WishList(tuple(narrowed), tuple(self.notes))

    def _take(self, line: str, path: Path, place: str, *, is_constraint: bool) -> None:
        if not line.startswith("-"):
            self._take_requirement(line, place, is_constraint=is_constraint)
            return
        option, value = _option(line)
        if option not in _NEEDS | _CONSTRAINTS or "://" in value:
            self.notes.append(f"{place}: {line}")
            return
        self.read(path.parent / value, is_constraint=is_constraint or option in _CONSTRAINTS)

    def _take_requirement(self, line: str, place: str, *, is_constraint: bool) -> None:
        text, *options = re.split(r"\s+(?=--)", line)
        requirement = _requirement(text)
        if requirement is None and not _ELSEWHERE.match(text):
            told = {"place": place, "line": line}
            raise NeedsUnreadable(_l("%(place)s cannot be read: %(line)s", **told))
        if requirement is None or requirement.url is not None:
            self.notes.append(f"{place}: {line}")
        elif is_constraint:
            name = normalise(requirement.name)
            known = self.constraints.get(name, SpecifierSet())
            self.constraints[name] = known & requirement.specifier
        else:
            self.wishes.append(_wish(requirement, place, options))


def _wish(requirement: Requirement, place: str, options: list[str]) -> Wish:
    digests = frozenset(filter(None, map(_digest, options)))
    return replace(Wish.of(requirement, place), digests=digests)


def _digest(option: str) -> Digest | None:
    name, value = _option(option)
    algorithm, _, digest = value.partition(":")
    return (algorithm, digest.lower()) if name == "--hash" and digest else None


def _option(text: str) -> tuple[str, str]:
    """Return an option and its value: `-r a`, `-ra`, `--requirement a`, `--requirement=a`."""
    match = re.match(r"(--[^\s=]+|-[^-])(?:\s*=\s*|\s*)(.*)", text)
    if match is None:
        return text, ""
    try:
        words = shlex.split(match[2])
    except ValueError:
        words = [match[2]]
    return match[1], words[0] if words else ""


def _requirement(text: str) -> Requirement | None:
    try:
        return Requirement(text)
    except InvalidRequirement:
        return None


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise NeedsUnreadable(_l("%(file)s is too long.", file=path.name))
        return content.decode("utf-8-sig")
    except (OSError, ValueError) as error:
        # The name of a file may hold anything, also what no path may.
        reason = getattr(error, "strerror", None) or "UTF-8?"
        told = {"file": path.name, "reason": reason}
        raise NeedsUnreadable(_l("%(file)s cannot be read: %(reason)s", **told)) from error


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the numbers of lines and what they hold, without comments, joined where they go on."""
    joined, begun = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        begun = begun or number
        is_comment = _COMMENT.match(line) is not None
        if line.endswith("\\") and not is_comment:
            joined += line.rstrip("\\")
            continue
        # As in pip, a comment ends what went on.
        yield from _uncommented(begun, f"{joined} {line}" if is_comment else joined + line)
        joined, begun = "", 0
    if joined:
        yield from _uncommented(begun, joined)


def _uncommented(number: int, line: str) -> Iterator[tuple[int, str]]:
    stripped = _COMMENT.sub("", line).strip()
    if stripped:
        yield number, stripped
