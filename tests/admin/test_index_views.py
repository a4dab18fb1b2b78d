"""All indexes in one place."""

import pytest

from app.accounts.actors import OPERATOR
from app.core.database import transaction
from app.indexes.queries import get_index
from app.projects.claims import claim_name
from app.projects.totals import recount_all
from tests.factories import make_index, make_project
from tests.site.pages import faults, soup

LIST = "/admin/indexes/"
LIMITS = "/admin/index/main/limits"


def rows(answer):
    return {
        row.a.text: [" ".join(cell.get_text(" ").split()) for cell in row.find_all("td")]
        for row in soup(answer).select("tbody tr")
    }


def test_all_indexes_are_listed_with_what_is_in_them(client, boss):
    make_project("toaster")
    recount_all()
    with transaction():
        claim_name(OPERATOR, get_index("main"), "ours")
    answer = client.get(LIST)
    assert faults(answer) == []
    found = rows(answer)
    assert set(found) == {"main", "staging", "pypi"}
    assert found["main"][2:4] == ["1", "1"]


def test_the_ways_to_where_indexes_are_managed_lead_somewhere(client, boss):
    page = soup(client.get(LIST)).select_one(".office-body")
    for link in page.find_all("a"):
        assert client.get(link["href"]).status_code == 200, link["href"]


def test_the_list_asks_the_same_for_three_and_for_many(client, boss, queries):
    client.get(LIST)
    queries.clear()
    client.get(LIST)
    few = len(queries)
    for number in range(8):
        make_index(f"i{number}")
    queries.clear()
    client.get(LIST)
    assert len(queries) == few <= 8


def test_an_index_gets_limits_and_loses_them(client, boss):
    answer = client.post(LIMITS, data={"max_file": "20", "max_project": "300"})
    assert (answer.status_code, answer.location) == (303, LIST)
    assert get_index().settings == {"max_file_mb": 20, "max_project_mb": 300}
    shown = client.get(LIMITS)
    assert faults(shown) == []
    assert soup(shown).find("input", {"name": "max_file"})["value"] == "20"
    assert "files up to 20 MB projects up to 300 MB" in rows(client.get(LIST))["main"][4]
    client.post(LIMITS, data={"max_file": "", "max_project": ""})
    assert get_index().settings == {}


@pytest.mark.parametrize("size", ["0", "x", "5121", "1" * 30])
def test_a_limit_that_is_none_is_said(client, boss, size):
    answer = client.post(LIMITS, data={"max_file": size})
    assert answer.status_code == 400
    assert soup(answer).select(".field-errors, .message-error")
    assert get_index().settings == {}


def test_what_is_not_there_has_no_limits(client, boss):
    assert client.get("/admin/index/none/limits").status_code == 404
    assert client.post("/admin/index/none/limits").status_code == 404
