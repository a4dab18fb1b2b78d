"""entry_points.txt: scripts that installers can write."""

import pytest

from app.uploads.archives.entrypoints import check_entry_points

GROUP = "[console_scripts]\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        GROUP,
        GROUP + "foo = a:b",
        GROUP + "foo=a:b",
        GROUP + "foo-bar = a:b.c\nfoo.baz = a:d\nfoo_1 = a:e",
        GROUP + "foo = a:b [extra]",
        GROUP + "# a comment\nfoo = a:b",
        GROUP + "Foo = a:b\nfoo = a:c",
        GROUP + "100%% = a:b".replace("%%", ""),
        GROUP + "foo = a:b%(x)s",
        "[gui_scripts]\nfoo = a:b",
        "[my.plugins]\nany name / at all = a:b",
        "[a]\nx = b\n\n[c]\ny = d\n",
        GROUP + "naïve = a:b",
    ],
)
def test_valid_entry_points_pass(text):
    check_entry_points(text.encode())
