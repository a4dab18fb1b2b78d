import pytest

from app.core.database import transaction
from app.pages.exceptions import RedirectLoop
from app.pages.models import PageRedirect
from app.pages.redirects import make_redirect, stem_of

SITE = "https://a.example/python"


@pytest.fixture
def below(app, monkeypatch):
    """Let the site have an address below a prefix."""
    monkeypatch.setitem(app.config, "SITE_URL", SITE)


@pytest.mark.parametrize(
    "target",
    [
        "/old/",
        "/OLD?x=1#y",
        "/%6fld",
        "/%2Fold",
        "/old%2f",
        "/./old",
        "/x/../old",
        "/x/%2e%2e/old",
        f"{SITE}/old",
        "https://A.example:443/python/%6Fld/",
    ],
)
def test_a_path_does_not_lead_to_itself_however_that_is_spelled(below, target):
    with pytest.raises(RedirectLoop), transaction():
        make_redirect("/old", target)


@pytest.mark.parametrize(
    "target", [SITE, "https://b.example/old", "https://a.example:8443/python/old", "/", "/[", "/%"]
)
def test_what_leads_elsewhere_is_no_path_of_a_page(below, target):
    assert stem_of(target) is None
    with transaction():
        make_redirect("/old", target)


def test_a_circle_that_is_there_ends_at_once(app, client):
    with transaction() as session:
        make_redirect("/old", "/new")
        session.get_one(PageRedirect, "/old").target = "/x/../%6fld"
    assert client.get("/old").status_code == 404
