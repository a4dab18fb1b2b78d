"""Lock files for all installers (PEP 751)."""

import pytest

from app.mirror.lockfiles import read_lock
from app.mirror.needfiles import NeedsUnreadable
from app.mirror.wishes import NamedFile

HEAD = 'lock-version = "1.0"\ncreated-by = "hand"\n'
SIX = """
[[packages]]
name = "six"
version = "1.16.0"
[packages.sdist]
url = "https://example.org/six-1.16.0.tar.gz"
hashes = {md5 = "00", sha512 = "BBBB"}
[[packages.wheels]]
name = "six-1.16.0-py2.py3-none-any.whl"
url = "https://example.org/x.whl"
hashes = {sha256 = "AA", sha512 = "BBBB"}
"""


@pytest.fixture
def write(tmp_path, app):
    """Give a function that writes a lock and returns its path."""

    def make(text, head=HEAD):
        path = tmp_path / "pylock.toml"
        path.write_text(head + text)
        return path

    return make


def test_names_versions_and_files_are_read(write):
    (wish,) = read_lock(write(SIX)).wishes
    assert str(wish) == "six==1.16.0"
    assert wish.files == (
        NamedFile("six-1.16.0-py2.py3-none-any.whl", ("sha256", "aa")),
        NamedFile("six-1.16.0.tar.gz", ("sha512", "bbbb")),
    )


def test_a_package_from_elsewhere_is_passed_over_with_a_note(write):
    direct = '\n[[packages]]\nname = "own"\ndirectory = {path = "."}\n'
    wanted = read_lock(write(SIX + direct))
    assert len(wanted.wishes) == 1
    assert wanted.notes == ("pylock.toml: own comes from elsewhere",)


@pytest.mark.parametrize(
    "text",
    [
        "[[packages]]\n",
        '[[packages]]\nname = "six"\n',
        '[[packages]]\nname = "six"\nwheels = [{name = "six-1-py3-none-any.whl", hashes = {}}]\n',
        "not toml",
        "\x00",
    ],
)
def test_what_is_no_lock_is_refused(write, text):
    with pytest.raises(NeedsUnreadable, match="pylock.toml"):
        read_lock(write(text))


def test_a_lock_of_a_later_kind_is_refused(write):
    with pytest.raises(NeedsUnreadable, match="not supported"):
        read_lock(write(SIX, 'lock-version = "2.0"\ncreated-by = "hand"\n'))
