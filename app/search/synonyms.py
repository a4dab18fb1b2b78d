"""Words that mean the same to those who search, in groups that administrators edit."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from app.accounts.actors import Actor
from app.core.database import wait_for_turn
from app.core.events import tell
from app.extensions import db
from app.indexes.permissions import demand_site_admin
from app.search.events import SynonymsAdded, SynonymsChanged, SynonymsRemoved
from app.search.exceptions import BadSynonyms, SynonymsNotFound, SynonymsTaken, TooManySynonyms
from app.search.models import Synonym
from app.search.terms import fold, split_words

MOST_GROUPS = 500
MOST_ENTRIES = 20
# An entry may be a phrase, such as "command line".
LONGEST_PHRASE = 3
LONGEST_TEXT = 2_000

_BETWEEN = re.compile(r"[,;=\r\n]+")


@dataclass(frozen=True)
class SynonymGroup:
    """Words and short phrases that mean the same, normalised."""

    id: int
    words: tuple[str, ...]


def list_synonyms() -> list[SynonymGroup]:
    """Return all groups, by their first words."""
    rows = db.session.execute(select(Synonym.id, Synonym.words))
    groups = [SynonymGroup(number, tuple(words)) for number, words in rows]
    return sorted(groups, key=lambda group: (group.words, group.id))


def add_synonyms(actor: Actor, text: str) -> SynonymGroup:
    """Let words mean the same; they stand in the text with commas between them.

    Raises `BadSynonyms`, `SynonymsTaken` or `TooManySynonyms`.
    """
    demand_site_admin(actor)
    words = parse_group(text)
    _demand_new(words)
    if (db.session.scalar(select(func.count()).select_from(Synonym)) or 0) >= MOST_GROUPS:
        raise TooManySynonyms
    row = Synonym(words=list(words))
    db.session.add(row)
    db.session.flush()  # The group is known by the number of its row.
    tell(SynonymsAdded(by=actor.account_id, actor=actor.username, words=words))
    return SynonymGroup(row.id, words)


def change_synonyms(actor: Actor, group_id: int, text: str) -> SynonymGroup:
    """Let a group consist of other words.

    Raises `SynonymsNotFound`, `BadSynonyms` or `SynonymsTaken`.
    """
    demand_site_admin(actor)
    row = _get_row(group_id)
    words, before = parse_group(text), tuple(row.words)
    if words == before:
        return SynonymGroup(row.id, words)
    _demand_new(words, group_id)
    row.words = list(words)
    told = SynonymsChanged(by=actor.account_id, actor=actor.username, before=before, words=words)
    tell(told)
    return SynonymGroup(row.id, words)


def remove_synonyms(actor: Actor, group_id: int) -> None:
    """Let the words of a group mean no longer the same; raises `SynonymsNotFound`."""
    demand_site_admin(actor)
    row = _get_row(group_id)
    db.session.delete(row)
    words = tuple(row.words)
    tell(SynonymsRemoved(by=actor.account_id, actor=actor.username, words=words))


def parse_group(text: str) -> tuple[str, ...]:
    """Return the entries of a group, normalised, as a text names them; raises `BadSynonyms`."""
    if len(text) > LONGEST_TEXT:
        raise BadSynonyms
    parts = [part for part in _BETWEEN.split(text) if part.strip()]
    entries = [split_words(part) for part in parts]
    found = tuple(dict.fromkeys(" ".join(words) for words in entries))
    if not all(map(_is_entry, parts, entries)) or not 2 <= len(found) <= MOST_ENTRIES:
        raise BadSynonyms
    return found


def _is_entry(part: str, words: Sequence[str]) -> bool:
    # Longer words were cut.
    is_whole = sum(map(len, words)) == sum(mark.isalnum() for mark in fold(part))
    return is_whole and 1 <= len(words) <= LONGEST_PHRASE


def _demand_new(words: tuple[str, ...], group_id: int | None = None) -> None:
    wait_for_turn("synonyms")
    others = (group for group in list_synonyms() if group.id != group_id)
    if any(set(group.words) == set(words) for group in others):
        raise SynonymsTaken


def _get_row(group_id: int) -> Synonym:
    row = db.session.get(Synonym, group_id)
    if row is None:
        raise SynonymsNotFound
    return row
