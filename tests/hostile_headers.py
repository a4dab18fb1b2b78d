"""Headers as installers, browsers and nobody in their right mind send them."""

from hypothesis import strategies as st

_JSON = "application/vnd.pypi.simple.v1+json"
_HTML = "application/vnd.pypi.simple.v1+html"
_RANGES = st.sampled_from(
    [_JSON, _HTML, "text/html", "*/*", "text/*", "application/*", "application/json", "x", ""]
    + ["application/vnd.pypi.simple.latest+json", "application/vnd.pypi.simple.latest+html"]
)
_QUALITIES = st.sampled_from(["", ";q=0", ";q=0.5", ";q=1", ";q=x", "; q=0.01", ";level=1"])

ACCEPTS = st.one_of(
    st.sampled_from(
        [
            "",
            "*/*",
            f"{_JSON}, {_HTML}; q=0.1, text/html; q=0.01",
            f"{_JSON}, {_HTML};q=0.2, text/html;q=0.01",
            f"{_JSON}, */*;q=0.1",
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        ]
    ),
    st.lists(st.tuples(_RANGES, _QUALITIES).map("".join), max_size=5).map(", ".join),
    st.text("abc/*;q=0.1, +\"'", max_size=30),
)
ENCODINGS = st.sampled_from(
    ["", "identity", "gzip", "gzip, deflate", "gzip, deflate, zstd", "gzip;q=0", "br", "*"]
    + ["gzip;q=0.5, identity", "identity;q=0.5, gzip;q=0.5", "*;q=0", "gzip;q=x", ",,"]
)
