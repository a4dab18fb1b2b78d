"""Looking things up in the journal."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.database import transaction
from app.core.events import tell
from app.extensions import db
from app.journal.models import Entry
from app.projects.events import RoleGranted
from tests.factories import make_account
from tests.site.pages import faults, soup

PAGE = "/admin/journal/"
NOW = datetime(2026, 3, 8, 9, 30, tzinfo=UTC)


def note(tag="file-published", *, days=0, **facts):
    entry = Entry(tag=tag, at=NOW - timedelta(days=days), details=facts.pop("details", {}), **facts)
    db.session.add(entry)
    db.session.commit()
    return entry


def tags(answer):
    return [code.text for code in soup(answer).select("tbody th > code")]


def look(client, **asked):
    answer = client.get(PAGE, query_string=asked)
    assert faults(answer) == []
    return tags(answer)


@pytest.fixture
def history(boss):
    make_account("Ada")
    note("project-created", days=9, project="foo-bar", index_slug="main", actor="Ada")
    note("file-published", days=5, project="foo-bar", index_slug="staging", actor="Ada")
    note("role-granted", days=3, project="other", index_slug="main", actor="boss", about="Ada")
    note("logged-in", days=1, actor="boss")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["logged-in", "role-granted", "file-published", "project-created"]),
        ({"account": "ada"}, ["role-granted", "file-published", "project-created"]),
        ({"account": " Ada "}, ["role-granted", "file-published", "project-created"]),
        ({"project": "Foo_Bar"}, ["file-published", "project-created"]),
        ({"project": "foo-bar", "index": "main"}, ["project-created"]),
        ({"tag": "logged-in"}, ["logged-in"]),
        ({"since": "2026-03-05"}, ["logged-in", "role-granted"]),
        ({"until": "2026-03-03"}, ["file-published", "project-created"]),
        ({"since": "2026-03-03", "until": "2026-03-05"}, ["role-granted", "file-published"]),
        ({"since": "2027-01-01"}, []),
        (
            {"until": "9999-12-31"},
            ["logged-in", "role-granted", "file-published", "project-created"],
        ),
        ({"account": "nobody"}, []),
        ({"before": "9" * 30}, ["logged-in", "role-granted", "file-published", "project-created"]),
    ],
)
def test_the_journal_is_searched(client, history, asked, found):
    assert look(client, **asked) == found


@pytest.mark.parametrize(
    "asked", [{"since": "yesterday"}, {"tag": "no-such-thing"}, {"project": "x" * 10_000}]
)
def test_what_cannot_be_looked_for_is_said_at_its_field(client, history, asked):
    answer = client.get(PAGE, query_string=asked)
    assert answer.status_code == 400
    assert soup(answer).select(".field-errors")
    assert faults(answer) == []


def test_a_long_journal_goes_on_where_it_ended(client, boss, queries):
    for number in range(60):
        note(f"t{number}")
    client.get(PAGE)
    queries.clear()
    first = client.get(PAGE)
    assert len(queries) <= 3
    second = client.get(soup(first).find("a", rel="next")["href"])
    assert tags(first) + tags(second) == [f"t{number}" for number in reversed(range(60))]


def test_what_is_looked_for_stays_on_the_next_page(client, boss):
    for _ in range(60):
        note(project="foo", index_slug="main")
        note(project="bar", index_slug="main")
    following = soup(client.get(f"{PAGE}?project=foo")).find("a", rel="next")["href"]
    shown = soup(client.get(following)).select("tbody td a[href$='/foo/']")
    assert len(shown) == 10


def test_details_are_text_and_none_is_endless(client, boss):
    note(details={"reason": "<script>", "files": ["a"] * 1000, "empty": None})
    answer = client.get(PAGE)
    assert "&lt;script&gt;" in answer.text
    assert len(answer.text) < 40_000
    assert faults(answer) == []


def test_to_whom_something_happened_is_written_down(app):
    with transaction():
        tell(RoleGranted(index_slug="main", project="foo", username="ada", kind="owner"))
    assert db.session.scalars(db.select(Entry)).one().about == "ada"
