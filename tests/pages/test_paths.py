import pytest

from app.pages.exceptions import BadPath, PathTaken
from app.pages.paths import Path, demand_free, find_rule, find_stem, read_path


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("/about", Path("/about")),
        (" /Company//History/ ", Path("/company/history", has_slash=True)),
        ("/a.b-c_d~1", Path("/a.b-c_d~1")),
        ("/u\u0308ber", Path("/über")),
    ],
)
def test_a_path_is_kept_in_one_spelling(app, written, path):
    assert read_path(written) == path


@pytest.mark.parametrize(
    "written",
    ["", "/", "//", "about", "/..", "/a/../b", "/.a", "/a b", "/a?b", "/a#b", "/a%2fb", "/a\\b"]
    + [
        "/a\x00",
        "/a\nb",
        "/a:b",
        "/<b>",
        "/a" * 11,
        "/" + "a" * 200,
        "/\u202e",
        "/🧀",
        "https://a.example",
    ],
)
def test_a_path_that_could_be_taken_for_something_else_is_refused(app, written):
    with pytest.raises(BadPath):
        read_path(written)


def test_looking_at_a_long_path_takes_no_time():
    assert find_stem("/" + "a/" * 1_000_000) is None
    assert find_stem("/" * 1_000_000) is None


@pytest.mark.parametrize(
    ("address", "rule"),
    [
        ("/search", "/search"),
        ("/project/flask/", "/project/<name>/"),
        ("/project/flask", "/project/flask/"),
        ("/static/css/house.css", "/static/<path:filename>"),
        ("/locale", "/locale"),
        ("/legacy", "/legacy"),
        ("/media/x/y", "/media/<sha256>/<name>"),
        ("/help/refused/no-such-code", "/help/refused/<code>"),
    ],
)
def test_the_route_that_wins_is_named(app, address, rule):
    assert find_rule(address) == rule
    with pytest.raises(PathTaken, match="always wins"):
        demand_free(address)


@pytest.mark.parametrize("address", ["/about", "/help/", "/help/pip", "/company/history", "/a/b/c"])
def test_other_paths_are_free(app, address):
    demand_free(address)
