"""Names of distribution files: which are taken apart, which are refused and how."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from app.uploads.exceptions import InvalidFilename
from app.uploads.filenames import DistributionName, check_policy, parse_filename
from app.uploads.policy import Policy
from tests.archives import sdist_name, wheel_name


def test_wheel_name_is_taken_apart():
    filename = "foo_bar-1.2.post3-1a-cp311-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"

    name = parse_filename(filename, "bdist_wheel")

    assert name == DistributionName(
        filename=filename,
        filetype="bdist_wheel",
        name="foo_bar",
        normalized_name="foo-bar",
        version=Version("1.2.post3"),
        build="1a",
        python_tag="cp311",
        abi_tag="abi3",
        platform_tags=("manylinux_2_17_x86_64", "manylinux2014_x86_64"),
    )


def test_sdist_name_is_taken_apart():
    name = parse_filename("foo_bar-1.0+cu12.1.tar.gz", "sdist")

    assert (name.normalized_name, str(name.version)) == ("foo-bar", "1.0+cu12.1")
    assert (name.python_tag, name.abi_tag, name.platform_tags) == ("source", None, ())


@pytest.mark.parametrize(
    ("filename", "filetype", "stem"),
    [
        ("foo_bar-1.0-py3-none-any.whl", "bdist_wheel", "foo_bar-1.0"),
        ("foo-1!2.0-7-py3-none-any.whl", "bdist_wheel", "foo-1!2.0"),
        ("foo_bar-1.0.tar.gz", "sdist", "foo_bar-1.0"),
    ],
)
def test_stem_is_name_and_version(filename, filetype, stem):
    assert parse_filename(filename, filetype).stem == stem


@pytest.mark.parametrize("name", ["flufl_enum", "foo_bar", "a", "3d"])
def test_normalised_names_are_accepted(name):
    assert parse_filename(wheel_name(name), "bdist_wheel").name == name
    assert parse_filename(sdist_name(name), "sdist").name == name


@pytest.mark.parametrize("code_point", [*range(32), 127])
def test_control_characters_are_refused(code_point):
    with pytest.raises(InvalidFilename, match="control characters"):
        parse_filename(f"foo{chr(code_point)}-1.0-py3-none-any.whl", "bdist_wheel")


@pytest.mark.parametrize("filename", ["../foo-1.0.tar.gz", "a/foo-1.0.tar.gz", "a\\foo-1.0.tar.gz"])
def test_folders_are_refused(filename):
    with pytest.raises(InvalidFilename, match="without a folder"):
        parse_filename(filename, "sdist")


@pytest.mark.parametrize(
    ("filename", "filetype", "code"),
    [
        ("foo-1.0.tar.gz", "bdist_wheel", "unsupported-extension"),
        ("foo-1.0-py3-none-any.whl", "sdist", "unsupported-extension"),
        ("foo-1.0-py3-none-any.WHL", "bdist_wheel", "unsupported-extension"),
        ("foo-1.0-py3-none-any.whlx", "bdist_wheel", "unsupported-extension"),
        ("foo-1.0.zip", "sdist", "unsupported-extension"),
        ("foo-1.0.tar.bz2", "sdist", "unsupported-extension"),
        ("foo-1.0.tar.wat", "sdist", "unsupported-extension"),
        ("foo-1.0-py3.11.egg", "bdist_egg", "unsupported-filetype"),
        ("foo-1.0.exe", "bdist_wininst", "unsupported-filetype"),
        ("foo-1.0.exe", "", "unsupported-filetype"),
        ("x" * 300 + ".whl", "bdist_wheel", "filename-too-long"),
        ("föö-1.0-py3-none-any.whl", "bdist_wheel", "invalid-filename"),
        ("foo 1-1.0-py3-none-any.whl", "bdist_wheel", "invalid-filename"),
        ("", "sdist", "invalid-filename"),
    ],
)
def test_other_kinds_are_refused(filename, filetype, code):
    with pytest.raises(InvalidFilename) as refusal:
        parse_filename(filename, filetype)

    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("filename", "message"),
    [
        ("foo_bar-1.0-py3-none.whl", "wrong number of parts"),
        ("foo-1.0.whl", "wrong number of parts"),
        ("foo-bar-baz-1.0-1-py3-none-any.whl", "wrong number of parts"),
        ("foo--1.0-py3-none-any.whl", "wrong number of parts"),
        ("foo-1.0-q-py3-none-any.whl", "Invalid build number: q"),
        ("foo-0.0.4test1-py3-none-any.whl", "invalid version"),
        (f"foo-{'1' * 200}-py3-none-any.whl", "invalid version"),
        ("_foo-1.0-py3-none-any.whl", "Invalid project name"),
        ("foo-1.0-py3-none-.whl", "wrong number of parts"),
        ("foo-1.0-py3-none-a..b.whl", "tag component"),
        ("Some_Thing-1.0-py3-none-any.whl", "normalized project name 'some_thing', not 'Some_Th"),
        ("some.thing-1.0-py3-none-any.whl", "normalized project name 'some_thing'"),
        ("foo-01.0-py3-none-any.whl", "should be 'foo-1.0-py3-none-any.whl'"),
        ("foo-1.0-Py3-none-any.whl", "should be 'foo-1.0-py3-none-any.whl'"),
    ],
)
def test_misspelt_wheel_is_refused(filename, message):
    with pytest.raises(InvalidFilename, match=message.replace(".", r"\.")):
        parse_filename(filename, "bdist_wheel")


@pytest.mark.parametrize(
    "filename",
    [
        "some-thing-1.0.post9.tar.gz",
        "some-thing-1.0-9.tar.gz",
        "some_thing-1.0-9.tar.gz",
        "some_thing-1.02.3.tar.gz",
        "Some_Thing-1.0.tar.gz",
        "some_thing-1.o-9.tar.gz",
        "some_thing-1.0.0.POST1.tar.gz",
        "something.tar.gz",
        "-1.0.tar.gz",
        "_-1.0.tar.gz",
        "foo-.tar.gz",
    ],
)
def test_misspelt_sdist_is_refused(filename):
    with pytest.raises(InvalidFilename):
        parse_filename(filename, "sdist")


def test_refusal_tells_the_right_spelling_of_an_sdist():
    with pytest.raises(InvalidFilename, match=r"should be 'some_thing-1\.2\.3\.tar\.gz'\."):
        parse_filename("some-thing-1.02.3.tar.gz", "sdist")


@pytest.mark.parametrize(
    ("filename", "policy", "code"),
    [
        ("foo-1.0+cu12-py3-none-any.whl", Policy(local_versions=False), "local-version"),
        ("foo-1.0-py3-none-linux_x86_64.whl", Policy(linux_wheels=False), "unsupported-platform"),
        ("foo-1.0-py3-none-any.beos_5.whl", Policy(), "unsupported-platform"),
    ],
)
def test_policy_refuses(filename, policy, code):
    name = parse_filename(filename, "bdist_wheel")

    with pytest.raises(InvalidFilename) as refusal:
        check_policy(name, policy)

    assert refusal.value.code == code


@pytest.mark.parametrize(
    "filename", ["foo-1.0+cu12-py3-none-any.whl", "foo-1.0-py3-none-linux_x86_64.whl"]
)
def test_house_takes_local_versions_and_linux_wheels(filename):
    check_policy(parse_filename(filename, "bdist_wheel"), Policy())


@given(st.text(max_size=60), st.sampled_from(["sdist", "bdist_wheel", "bdist_egg"]))
def test_any_text_is_parsed_or_refused(filename, filetype):
    try:
        name = parse_filename(filename, filetype)
    except InvalidFilename:
        return
    assert name.filename == filename


@given(
    st.from_regex(r"[a-z0-9]{1,6}(_[a-z0-9]{1,6}){0,2}", fullmatch=True),
    st.from_regex(
        r"[1-9]{1,3}(\.[1-9]{1,3}){0,3}(rc[1-9])?(\.post[1-9])?(\+[a-z]{2})?", fullmatch=True
    ),
)
def test_canonical_names_come_back_unchanged(name, version):
    wheel = parse_filename(wheel_name(name, version), "bdist_wheel")
    sdist = parse_filename(sdist_name(name, version), "sdist")

    assert (wheel.name, str(wheel.version)) == (sdist.name, str(sdist.version)) == (name, version)
