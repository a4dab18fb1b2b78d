"""Words that mean the same, edited by administrators."""

import pytest
from sqlalchemy import select

from app.extensions import db
from app.journal.models import Entry
from app.search.synonyms import list_synonyms
from tests.site.pages import faults, soup

PAGE = "/admin/synonyms/"


def groups():
    return {group.words: group.id for group in list_synonyms()}


def test_a_group_is_added_changed_and_removed(client, boss):
    before = set(groups())
    answer = client.post(PAGE, data={"words": "Kettle, boiler"})
    assert (answer.status_code, answer.location) == (303, PAGE)
    (words,) = set(groups()) - before
    assert set(words) == {"kettle", "boiler"}
    page = f"{PAGE}{groups()[words]}/"
    shown = client.get(page)
    assert faults(shown) == []
    assert soup(shown).find("input", {"name": "words"})["value"] == ", ".join(words)
    assert client.post(page, data={"words": "kettle, samovar"}).status_code == 303
    assert faults(client.get(PAGE)) == []
    assert client.post(f"{page}remove").status_code == 303
    assert set(groups()) == before
    tags = list(db.session.scalars(select(Entry.tag).order_by(Entry.id)))
    assert tags == ["synonyms-added", "synonyms-changed", "synonyms-removed"]


@pytest.mark.parametrize("words", ["", "alone", "a\x00b, c", "x" * 10_000, ",,,", "a b c d, e"])
def test_what_is_no_group_is_said_at_its_field(client, boss, words):
    before = groups()
    answer = client.post(PAGE, data={"words": words})
    assert answer.status_code == 400
    assert soup(answer).select(".field-errors")
    assert faults(answer) == []
    assert groups() == before


def test_a_group_is_there_once(client, boss):
    client.post(PAGE, data={"words": "kettle, boiler"})
    assert client.post(PAGE, data={"words": "boiler, kettle"}).status_code == 409


@pytest.mark.parametrize("deed", ["", "remove"])
def test_a_group_that_is_gone_is_not_there(client, boss, deed):
    assert client.post(f"{PAGE}2147483647/{deed}", data={"words": "a, b"}).status_code == 404
