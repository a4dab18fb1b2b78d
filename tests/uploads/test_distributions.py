"""Whole files: the honest ones pass, each hostile one is refused with its code."""

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.exceptions import Invalid
from app.uploads.distributions import examine
from app.uploads.policy import Policy
from tests.archives import make_metadata, make_sdist, make_wheel, sdist_name, wheel_name
from tests.hostile_tars import HOSTILE_TARS
from tests.hostile_wheels import HOSTILE_WHEELS
from tests.hostile_zips import HOSTILE_ZIPS

HOSTILE = [*HOSTILE_ZIPS, *HOSTILE_WHEELS, *HOSTILE_TARS]
WHEEL = make_wheel(license_files=["LICENSE"], entry_points="[console_scripts]\nfoo = a:b\n")
STORED = make_wheel(store=True)
SDIST = make_sdist()


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("uploads") / "file"


def test_wheel_is_what_it_says(tmp_path):
    path = tmp_path / "incoming"
    metadata = make_metadata("Foo.Bar", "1.0.0", summary="Hello")
    path.write_bytes(make_wheel("foo_bar", "1.0", metadata=metadata))

    distribution = examine(path, wheel_name(), "bdist_wheel", Policy())

    assert distribution.name.normalized_name == "foo-bar"
    assert distribution.metadata.name == "Foo.Bar"
    assert distribution.metadata.summary == "Hello"
    assert distribution.contents.metadata == metadata


def test_sdist_is_what_it_says(tmp_path):
    path = tmp_path / "incoming"
    path.write_bytes(make_sdist(license_files=["LICENSE"], summary="Hello"))

    distribution = examine(path, sdist_name(), "sdist", Policy())

    assert distribution.metadata.summary == "Hello"
    assert "foo_bar-1.0/LICENSE" in distribution.contents.members


def test_license_files_of_old_metadata_are_not_looked_for(tmp_path):
    path = tmp_path / "incoming"
    path.write_bytes(
        make_wheel(metadata=make_metadata(metadata_version="2.1", license_files=["LICENSE"]))
    )

    assert examine(path, wheel_name(), "bdist_wheel", Policy()).metadata.license_files


def test_policy_reaches_name_and_metadata(tmp_path):
    path = tmp_path / "incoming"
    path.write_bytes(make_wheel(requires_dist=["foo @ https://example.org/foo.zip"]))

    examine(path, wheel_name(), "bdist_wheel", Policy(direct_dependencies=True))
    with pytest.raises(Invalid, match="direct dependency"):
        examine(path, wheel_name(), "bdist_wheel", Policy())


@pytest.mark.parametrize(
    "hostile", HOSTILE, ids=lambda hostile: f"{hostile.filetype}: {hostile.case}"
)
def test_hostile_file_is_refused(hostile, scratch):
    scratch.write_bytes(hostile.build())

    with pytest.raises(Invalid) as refusal:
        examine(scratch, hostile.filename, hostile.filetype, Policy())

    assert refusal.value.code == hostile.code
    assert len(str(refusal.value)) < 250
    assert str(refusal.value).isprintable()


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from([(WHEEL, wheel_name()), (STORED, wheel_name()), (SDIST, sdist_name())]),
    st.lists(st.tuples(st.integers(0, 2000), st.binary(min_size=1, max_size=4)), max_size=5),
    st.integers(-300, 0),
)
def test_mutated_files_pass_or_are_refused(scratch, good, changes, cut):
    data, filename = bytearray(good[0]), good[1]
    for position, patch in changes:
        start = position % len(data)
        data[start : start + len(patch)] = patch
    scratch.write_bytes(bytes(data[: cut or None]))

    with suppress(Invalid):
        examine(scratch, filename, _filetype(filename), Policy())


@settings(deadline=None)
@given(st.binary(max_size=600), st.sampled_from([b"", b"PK\x03\x04", b"\x1f\x8b\x08\x00"]))
def test_random_bytes_are_refused(scratch, data, magic):
    scratch.write_bytes(magic + data)

    for filename in (wheel_name(), sdist_name()):
        with pytest.raises(Invalid):
            examine(scratch, filename, _filetype(filename), Policy())


def _filetype(filename):
    return "bdist_wheel" if filename.endswith(".whl") else "sdist"
