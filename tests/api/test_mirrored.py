"""The JSON API for projects of upstreams."""

import pytest

from tests.conftest import Client


@pytest.fixture
def reader(house, mirror):
    """Give a client of a house whose mirror is on."""
    house.test_client_class = Client
    return house.test_client()


def test_a_project_of_an_upstream_has_a_document_with_its_metadata(reader, upstream):
    upstream.style = "html-api"
    upstream.add_wheel("Six", "0.9")
    upstream.add_wheel("Six", "1.0", fields={"summary": "Bridges", "requires_dist": ["idna"]})

    told = reader.get("/pypi/six/json").json

    assert (told["info"]["name"], told["info"]["version"]) == ("Six", "1.0")
    assert told["info"]["summary"] == "Bridges"
    assert told["info"]["requires_dist"] == ["idna"]
    assert set(told["releases"]) == {"0.9", "1.0"}
    assert told["urls"][0]["filename"] == "six-1.0-py3-none-any.whl"
    assert told["ownership"]["roles"] == []


def test_each_release_of_an_upstream_has_a_document(reader, upstream):
    upstream.style = "json-metadata"
    upstream.add_wheel("six", "0.9", fields={"summary": "Older"})
    upstream.add_wheel("six", "1.0")
    told = reader.get("/pypi/six/0.9/json").json
    assert (told["info"]["version"], told["info"]["summary"]) == ("0.9", "Older")
