import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.simple.negotiation import HTML, V1_HTML, V1_JSON, choose

JSON_TYPE = "application/vnd.pypi.simple.v1+json"
HTML_TYPE = "application/vnd.pypi.simple.v1+html"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        # What installers send.
        (f"{JSON_TYPE}, {HTML_TYPE}; q=0.1, text/html; q=0.01", V1_JSON),
        (f"{JSON_TYPE}, {HTML_TYPE};q=0.2, text/html;q=0.01", V1_JSON),
        (f"{JSON_TYPE}, */*;q=0.1", V1_JSON),
        (f"{JSON_TYPE}, {HTML_TYPE}, text/html;q=0.01", V1_JSON),
        ("*/*", HTML),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", HTML),
        # What the standard says.
        (None, HTML),
        ("", HTML),
        (" ", HTML),
        (HTML_TYPE, V1_HTML),
        ("application/vnd.pypi.simple.latest+json", V1_JSON),
        ("application/vnd.pypi.simple.latest+html", V1_HTML),
        (f"text/html;q=0.5, {JSON_TYPE};q=0.6", V1_JSON),
        (f"{JSON_TYPE};q=0, text/html", HTML),
        (f"{JSON_TYPE};q=0, */*", HTML),
        (f"text/html;q=0, {HTML_TYPE};q=0, */*", V1_JSON),
        ("text/*", HTML),
        (f"*/*, {JSON_TYPE}", V1_JSON),
        (f"TEXT/HTML;q=0.1, {JSON_TYPE.upper()}", V1_JSON),
        ("application/xml", None),
        ("application/json", None),
        (f"{JSON_TYPE};q=0", None),
        ("garbage", None),
    ],
)
def test_check_86_the_accept_header_decides(accept, chosen):
    assert choose(accept) == chosen


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        (JSON_TYPE, V1_JSON),
        (JSON_TYPE.replace("+", " "), V1_JSON),
        ("text/html", HTML),
        ("nonsense", V1_HTML),
    ],
)
def test_check_86_a_known_format_beats_the_header(wanted, chosen):
    assert choose(HTML_TYPE, wanted=wanted) == chosen


types = st.sampled_from([JSON_TYPE, HTML_TYPE, "text/html", "text/*", "*/*", "image/png"])
qualities = st.integers(0, 1000)


@given(st.dictionaries(types, qualities, min_size=1), st.randoms())
def test_order_means_nothing(ranges, random):
    written = [f"{name};q={quality / 1000}" for name, quality in ranges.items()]
    shuffled = random.sample(written, len(written))
    assert choose(",".join(written)) == choose(",".join(shuffled))


@given(st.dictionaries(types, qualities, min_size=1))
@example({JSON_TYPE: 0, HTML_TYPE: 0, "text/html": 0, "*/*": 1})
def test_what_is_refused_is_never_chosen(ranges):
    chosen = choose(",".join(f"{name};q={quality / 1000}" for name, quality in ranges.items()))
    named = None if chosen is None else ranges.get(chosen.content_type.partition(";")[0])
    assert named is None or named > 0


@given(st.text())
def test_no_header_is_an_error(accept):
    assert choose(accept, wanted=accept) in {None, HTML, V1_HTML, V1_JSON}
