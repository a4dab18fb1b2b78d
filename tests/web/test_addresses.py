import pytest


@pytest.mark.parametrize("path", ["/user/%00/", "/project/a%00b/", "/search?q=%00", "/?x%00=1"])
def test_an_address_with_a_nul_leads_nowhere(client, path):
    assert client.get(path).status_code == 404


def test_an_escaped_percent_sign_is_none(client):
    assert client.get("/search?q=%2500").status_code == 200
