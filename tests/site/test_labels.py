import pytest

from app.site.labels import KINDS, label_url


@pytest.fixture(autouse=True)
def request_context(app):
    with app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("kind", "value", "address"),
    [
        ("license", "MIT", "/browse/licenses/MIT/"),
        ("license", "MIT OR Apache-2.0", "/browse/licenses/MIT%20OR%20Apache-2.0/"),
        ("language", "C++", "/browse/languages/C%2B%2B/"),
        (
            "classifier",
            "Topic :: Internet :: WWW/HTTP",
            "/browse/classifiers/Topic%20::%20Internet%20::%20WWW/HTTP/",
        ),
        ("keyword", "what? #1", "/browse/keywords/what%3F%20%231/"),
        ("person", "Grete Müller", "/browse/people/Grete%20M%C3%BCller/"),
        ("python", "3.12", "/browse/pythons/3.12/"),
    ],
)
def test_each_kind_of_label_has_an_address(kind, value, address):
    assert label_url(kind, value) == address


@pytest.mark.parametrize("value", ["", ".", "..", "a/../b", "a//b", "/a", "a/", "x" * 401, "a\0"])
def test_what_no_path_can_carry_has_no_address(value):
    assert label_url("keyword", value) is None


@pytest.mark.parametrize(
    "value", ['"><script>', "javascript:alert(1)", "\ud800", "\u202e", "%2e%2e"]
)
def test_a_hostile_label_stays_one_step_of_the_path(value):
    address = label_url("keyword", value)
    assert address.startswith("/browse/keywords/")
    assert not set('<>"') & set(address)


def test_each_index_has_addresses_of_its_own():
    assert label_url("license", "MIT", "staging") == "/index/staging/browse/licenses/MIT/"


def test_what_projects_need_has_no_page_among_labels():
    assert "needs" not in KINDS
