"""Requirements files as pip reads them."""

import pytest
from packaging.specifiers import SpecifierSet

from app.mirror import needfiles
from app.mirror.needfiles import NeedsUnreadable, read_needs


@pytest.fixture
def write(tmp_path, app):
    """Give a function that writes a file and returns its path."""

    def make(text, name="requirements.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text, encoding="utf-8")
        return path

    return make


def names(wanted):
    return [str(wish) for wish in wanted.wishes]


def test_names_specifiers_extras_and_markers_are_read(write):
    wanted = read_needs(write('six\nFlask[async]>=2,<4 ; python_version > "3"\n'))
    assert names(wanted) == ["six", "Flask<4,>=2"]
    assert wanted.wishes[1].extras == {"async"}


def test_a_marker_for_another_machine_leaves_the_need(write):
    assert names(read_needs(write('pywin32==306 ; sys_platform == "win32"\n')))


def test_comments_blank_lines_and_a_byte_order_mark_are_passed_over(write):
    text = "\ufeff# all\n\nsix==1.16 # the last\n   # more\nurl-like#1==2\n"
    wanted = read_needs(write(text.replace("url-like#1==2\n", "")))
    assert names(wanted) == ["six==1.16"]
    assert not wanted.notes


def test_lines_go_on_and_digests_are_kept(write):
    wanted = read_needs(
        write("six==1.16 \\\n    --hash=sha256:AB12 \\\n    --hash sha512:cd34\nflask\n")
    )
    assert names(wanted) == ["six==1.16", "flask"]
    assert wanted.wishes[0].digests == {("sha256", "ab12"), ("sha512", "cd34")}
    assert [wish.place for wish in wanted.wishes] == ["requirements.txt:1", "requirements.txt:4"]


@pytest.mark.parametrize(
    "line", ["-r{}", "-r {}", "--requirement {}", "--requirement={}", "-r '{}'", '-r "{}"']
)
def test_files_include_others_relative_to_themselves(write, line):
    write("-r ../more.txt\nflask\n", "deep/er.txt")
    write("six\n", "more.txt")
    top = write(line.format("deep/er.txt") + "\nflask\n")
    assert names(read_needs(top)) == ["six", "flask", "flask"]


def test_files_that_include_each_other_are_read_once(write):
    write("-r requirements.txt\nsix\n", "other.txt")
    assert names(read_needs(write("-r other.txt\nflask\n"))) == ["six", "flask"]


def test_too_many_files_are_refused(write, monkeypatch):
    monkeypatch.setattr(needfiles, "MOST_FILES", 3)
    for number in range(5):
        write(f"-r {number + 1}.txt\n", f"{number}.txt")
    with pytest.raises(NeedsUnreadable, match="too many"):
        read_needs(write("-r 0.txt\n"))


def test_constraints_narrow_and_are_no_needs(write):
    write("Six<2\nflask==1\n", "constraints.txt")
    wanted = read_needs(write("-c constraints.txt\nsix>=1\n"))
    (wish,) = wanted.wishes
    assert (wish.name, wish.specifier) == ("six", SpecifierSet(">=1,<2"))


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://example.org/simple/",
        "-i https://example.org/simple/",
        "--no-binary :all:",
        "-e .",
        "-r https://example.org/requirements.txt",
        "git+https://example.org/six.git",
        "six @ https://example.org/six-1.0-py3-none-any.whl",
        "./dist/six-1.0-py3-none-any.whl",
    ],
)
def test_what_does_not_concern_us_is_passed_over_with_a_note(write, line):
    wanted = read_needs(write(f"six\n{line}\n"))
    assert names(wanted) == ["six"]
    assert wanted.notes == (f"requirements.txt:2: {line}",)


@pytest.mark.parametrize("line", ["six==", "!!", "six=>1", "=1"])
def test_what_cannot_be_read_is_refused_with_its_place(write, line):
    with pytest.raises(NeedsUnreadable, match="requirements.txt:1"):
        read_needs(write(f"{line}\n"))


def test_a_file_that_is_not_there_is_refused(write):
    with pytest.raises(NeedsUnreadable, match="gone.txt"):
        read_needs(write("-r gone.txt\n"))


def test_other_encodings_are_refused(write):
    path = write("")
    path.write_bytes("käse".encode("latin-1"))
    with pytest.raises(NeedsUnreadable):
        read_needs(path)


def test_a_file_that_is_too_long_is_refused(write, monkeypatch):
    monkeypatch.setattr(needfiles, "LARGEST", 10)
    with pytest.raises(NeedsUnreadable, match="too long"):
        read_needs(write("six\n" * 10))


@pytest.mark.parametrize(
    ("text", "is_pinned"), [("==1", True), ("===1", True), ("==1.*", False), ("~=1.0", False)]
)
def test_one_version_only_is_pinned(write, text, is_pinned):
    (wish,) = read_needs(write(f"six{text}\n")).wishes
    assert wish.is_pinned is is_pinned
