"""What an upstream stops is not served from the shelf any longer."""

import pytest

from app.indexes.queries import get_index
from app.simple.shelf import the_shelf
from app.sources.registry import source_for
from tests.upstreams import V1_JSON


@pytest.fixture
def client(house, mirror):
    return house.test_client()


@pytest.fixture
def address(house, client, upstream):
    """Give the address of a file that lies on the shelf."""
    upstream.api_version = "1.4"
    file = upstream.add_wheel("six")
    address = f"/files/{file.sha256}/{file.filename}"
    assert client.get("/simple/six/", headers={"Accept": V1_JSON}).status_code == 200
    for _ in range(2):
        with client.get(address) as answer:
            assert answer.data == file.content
    with house.app_context():
        assert the_shelf().leads("main", file.sha256, file.filename)
    return address


def read_again(client):
    source_for(get_index()).refresh("six")
    return client.get("/simple/six/", headers={"Accept": V1_JSON}).json["files"]


def test_files_of_a_project_that_an_upstream_quarantines_are_not_sent(client, upstream, address):
    upstream.project("six").status = "quarantined"
    assert read_again(client) == []
    assert client.get(address).status_code == 403


def test_a_file_that_an_upstream_calls_younger_than_before_is_not_sent(client, upstream, address):
    [file] = upstream.project("six").files.values()
    file.uploaded_at = None
    assert read_again(client) == []
    assert client.get(address).status_code == 403


def test_a_file_stays_where_it_is_when_others_come(house, client, upstream, address):
    upstream.add_wheel("six", "2.0")
    assert len(read_again(client)) == 2
    with house.app_context():
        assert the_shelf().leads("main", *address.split("/")[2:])
