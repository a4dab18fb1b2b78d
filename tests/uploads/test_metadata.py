"""Core metadata: what is read, what is refused and which field is named."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.version import Version

from app.uploads.exceptions import InvalidMetadata
from app.uploads.facts import list_dependencies
from app.uploads.metadata import (
    CoreMetadata,
    check_against_filename,
    check_against_form,
    read_metadata,
)
from app.uploads.policy import Policy
from tests.archives import make_metadata

HOUSE = Policy()


def read(policy=HOUSE, **fields):
    return read_metadata(make_metadata(**fields), policy)


def refusal_of(policy=HOUSE, **fields):
    with pytest.raises(InvalidMetadata) as refusal:
        read(policy, **fields)
    return refusal.value


def test_every_field_is_read():
    metadata = read(
        name="Foo.Bar",
        version="1.0.0",
        summary="Short",
        description="Long\n",
        description_content_type="text/markdown; charset=UTF-8; variant=GFM",
        keywords="a,b",
        author="Zoë",
        author_email="Zoë <zoe@example.org>, x@example.org",
        license_expression="mit OR apache-2.0",
        license_files=["LICENSE", "docs/COPYING"],
        classifiers=["Programming Language :: Python :: 3"],
        requires_python=">=3.11",
        requires_dist=["flask>=3", "rich; extra == 'pretty'"],
        extras=["pretty"],
        project_urls=[("Docs", "https://example.org/docs?a=b,c")],
        metadata_version="2.5",
        headers={
            "Maintainer": "Max",
            "Maintainer-email": "max@example.org",
            "Home-page": "https://example.org",
            "Download-URL": "http://example.org/x",
            "Platform": "any",
            "Supported-Platform": "linux",
            "Requires-External": "libpng (>=1.5)",
            "Provides-Dist": "foo",
            "Obsoletes-Dist": "bar<2",
            "Dynamic": "License-File",
            "Import-Name": "foo.bar ; private",
            "Import-Namespace": "foo",
        },
    )

    assert metadata == CoreMetadata(
        metadata_version="2.5",
        name="Foo.Bar",
        normalized_name="foo-bar",
        version=Version("1.0.0"),
        summary="Short",
        description="Long\n",
        description_content_type="text/markdown; charset=UTF-8; variant=GFM",
        keywords="a,b",
        author="Zoë",
        author_email="Zoë <zoe@example.org>, x@example.org",
        maintainer="Max",
        maintainer_email="max@example.org",
        license=None,
        license_expression="MIT OR Apache-2.0",
        license_files=("LICENSE", "docs/COPYING"),
        classifiers=("Programming Language :: Python :: 3",),
        platforms=("any",),
        supported_platforms=("linux",),
        requires_python=">=3.11",
        requires_dist=("flask>=3", "rich; extra == 'pretty'"),
        provides_extra=("pretty",),
        requires_external=("libpng (>=1.5)",),
        provides_dist=("foo",),
        obsoletes_dist=("bar<2",),
        home_page="https://example.org",
        download_url="http://example.org/x",
        project_urls=(("Docs", "https://example.org/docs?a=b,c"),),
        dynamic=("License-File",),
        import_names=("foo.bar ; private",),
        import_namespaces=("foo",),
        warnings=(),
    )


def test_absent_fields_are_none_or_empty():
    metadata = read(summary="UNKNOWN", author="", headers={"License": "UNKNOWN"})

    assert (metadata.summary, metadata.author, metadata.license) == (None, None, None)
    assert metadata.description is None
    assert metadata.classifiers == ()


def test_description_of_old_metadata_is_read_from_its_header():
    metadata = read(metadata_version="1.1", headers={"Description": "One\n        two"})

    assert metadata.description == "One\ntwo"


def test_metadata_with_bom_and_crlf_are_read():
    raw = b"\xef\xbb\xbf" + make_metadata(summary="Hi").replace(b"\n", b"\r\n")

    assert read_metadata(raw, HOUSE).summary == "Hi"


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6"])
def test_known_metadata_versions_are_accepted(version):
    assert read(metadata_version=version).warnings == ()


@pytest.mark.parametrize("version", ["2.7", "2.10", "2.99"])
def test_newer_minor_version_is_accepted_with_a_warning(version):
    metadata = read(metadata_version=version, headers={"Brand-New": "x"})

    assert metadata.warnings == (
        f"Metadata-Version {version} is newer than 2.6 and was read as 2.6.",
    )


@pytest.mark.parametrize(
    "version", [None, "", "2.0", "1.3", "3.0", "3", "-1", "x", "2.1.0", "99999.1"]
)
def test_other_metadata_versions_are_refused(version):
    refusal = refusal_of(metadata_version=version)

    assert refusal.code == "metadata-version"
    assert str(refusal).startswith("Metadata-Version: ")


def test_fields_newer_than_the_metadata_version_are_read():
    metadata = read(metadata_version="2.1", license_files=["/odd*path"])

    assert metadata.license_files == ("/odd*path",)
    assert not metadata.has_license_files


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": ""}, "Name: "),
        ({"name": "foo-"}, "Name: 'foo-' is invalid"),
        ({"name": "föö"}, "Name: 'föö' is invalid"),
        ({"version": ""}, "Version: "),
        ({"version": "dog"}, "Version: 'dog' is invalid"),
        ({"version": "1.0.dev.a1"}, "Version: '1.0.dev.a1' is invalid"),
        ({"version": "1" * 5000}, "too long"),
        ({"summary": "x" * 513}, "Summary: must be 512 characters or less"),
        ({"summary": "two\n  lines"}, "Summary: must be a single line"),
        ({"author_email": "Foo <test>"}, "Author-email: 'Foo <test>' is not a valid email"),
        ({"author_email": "nobody"}, "Author-email: "),
        ({"author_email": "a@@b"}, "Author-email: "),
        ({"headers": {"Maintainer-email": "x@"}}, "Maintainer-email: "),
        ({"classifiers": ["Nonsense :: Yes"]}, "Classifier: 'Nonsense :: Yes' is not a valid"),
        ({"classifiers": ["Natural Language :: Ukranian"]}, "use 'Natural Language :: Ukrainian'"),
        ({"description_content_type": "text/html"}, "Description-Content-Type: "),
        ({"description_content_type": "text/plain; charset=latin-1"}, "UTF-8"),
        ({"description_content_type": "(" * 5000}, "Description-Content-Type: "),
        ({"requires_python": ">=3.6.*"}, "Requires-Python: '>=3.6.*' is invalid"),
        ({"requires_dist": ["foo (bar"]}, "Requires-Dist: 'foo (bar' is invalid"),
        ({"requires_dist": ["foo; " + "(" * 3000 + "os_name"]}, "Requires-Dist: "),
        ({"requires_dist": ["foo>=" + "1" * 9000]}, "Requires-Dist: "),
        ({"requires_dist": ["foo @ https://a.b/c.zip"]}, "Requires-Dist: can't have direct"),
        ({"headers": {"Provides-Dist": "a @ https://a.b/c"}}, "Provides-Dist: can't have direct"),
        ({"headers": {"Obsoletes-Dist": "a ("}}, "Obsoletes-Dist: 'a (' is not a valid"),
        ({"headers": {"Obsoletes-Dist": "a; " + "(" * 3000}}, "Obsoletes-Dist: "),
        ({"headers": {"Home-page": "irc://example.org"}}, "Home-page: 'irc://example.org' is not"),
        ({"headers": {"Home-page": "javascript:alert(1)"}}, "Home-page: "),
        ({"headers": {"Home-page": "https://[::1"}}, "Home-page: "),
        ({"headers": {"Download-URL": "https://a b.org"}}, "Download-URL: "),
        ({"project_urls": [("", "")]}, "Project-URL: ',' must have a label"),
        ({"project_urls": [("x" * 33, "https://a.b")]}, "must be 32 characters or less"),
        ({"project_urls": [("Docs", "")]}, "must have a URL"),
        ({"project_urls": [("Docs", "ftp://a.b")]}, "Project-URL: 'ftp://a.b' is not a valid"),
        ({"project_urls": [("A", "https://a.b")] * 2}, "the label 'A' is given twice"),
        ({"license_expression": "Beer"}, "License-Expression: "),
        ({"license_expression": "(" * 3000 + "MIT"}, "License-Expression: "),
        ({"license_expression": "MIT", "headers": {"License": "MIT"}}, "License: is deprecated"),
        ({"license_files": ["../LICENSE"]}, "License-File: '../LICENSE' is invalid"),
        ({"license_files": ["/LICENSE"]}, "License-File: "),
        ({"license_files": ["LICEN[CS]E*"]}, "License-File: "),
        ({"extras": ["in valid"]}, "Provides-Extra: 'in valid' is invalid"),
        ({"headers": {"Dynamic": "Version"}}, "Dynamic: 'version' is not allowed"),
        ({"headers": {"Dynamic": "Nonsense"}}, "Dynamic: 'nonsense' is not a valid"),
        ({"headers": {"Import-Name": "not-a-name"}}, "Import-Name: "),
        ({"headers": {"Import-Name": "foo; secret"}}, "Import-Name: "),
        ({"headers": {"Import-Namespace": "class"}}, "Import-Namespace: "),
        (
            {"headers": {"Import-Name": "foo; private", "Import-Namespace": "foo"}},
            "Import-Name: 'foo' is an Import-Namespace too",
        ),
        ({"headers": [("Summary", "a"), ("Summary", "b")]}, "Summary: is given more than once"),
        ({"headers": {"name": "other"}}, "Name: is given more than once"),
    ],
)
def test_broken_rule_is_refused_by_field(fields, message):
    refusal = refusal_of(**fields)

    assert message in str(refusal)
    assert len(str(refusal)) < 250


@pytest.mark.parametrize(
    ("classifier", "advice"),
    [
        ("Natural Language :: Ukranian", "use 'Natural Language :: Ukrainian' instead"),
        ("License :: OSI Approved :: Intel Open Source License", "remove it"),
    ],
)
def test_deprecated_classifier_is_refused_with_advice(classifier, advice):
    refusal = refusal_of(classifiers=[classifier])

    assert refusal.code == "deprecated-classifier"
    assert advice in str(refusal)


def test_first_errors_are_about_identity():
    refusal = refusal_of(name="foo-", requires_python="x", requires_dist=["("])

    assert str(refusal).startswith("Name: ")


@pytest.mark.parametrize(
    "fields",
    [
        {"author_email": "Foo <>"},
        {"author_email": "team@corp.local"},
        {"author_email": '"Foo, Inc." <foo@example.org>'},
        {"author_email": "a@example.org; b@example.org"},
        {"classifiers": ["Private :: Do Not Upload"]},
        {"extras": ["Foo_Bar"], "metadata_version": "2.2"},
        {"headers": {"Home-page": "HTTPS://example.org/ü"}},
        {"headers": {"Import-Name": ""}},
        {"headers": {"Content-Type": "text/plain"}},
        {"summary": "x" * 512},
        {"description_content_type": "text/x-rst"},
        {"version": "1!2.0rc1.post2.dev3"},
    ],
)
def test_harmless_metadata_are_accepted(fields):
    assert read(**fields).warnings == ()


def test_extra_that_is_not_normalised_gets_a_warning():
    (warning,) = read(extras=["Foo_Bar"], metadata_version="2.3").warnings

    assert warning == "Provides-Extra: 'Foo_Bar' should be in lower case with '-'."


def test_local_version_depends_on_the_house():
    assert read(version="1.0+cu12").version.local == "cu12"
    assert refusal_of(Policy(local_versions=False), version="1.0+cu12").code == "local-version"


def test_direct_dependency_depends_on_the_house():
    direct = ["foo @ git+https://example.org/foo.git"]

    assert read(Policy(direct_dependencies=True), requires_dist=direct).requires_dist
    assert refusal_of(requires_dist=direct).code == "direct-dependency"


@pytest.mark.parametrize(
    ("name", "version"), [("foo_bar", "1.0"), ("Foo-Bar", "1.0.0"), ("foo.BAR", "v1")]
)
def test_form_may_spell_name_and_version_differently(name, version):
    check_against_form(read(name="foo_bar", version="1.0"), name, version)


@pytest.mark.parametrize(
    ("name", "version", "message"),
    [
        ("foo", "1.0", "Name: 'foo_bar' in the file, 'foo' in the form"),
        ("foo_bar", "2.0", "Version: '1.0' in the file, '2.0' in the form"),
        ("foo_bar", "dog", "Version: 'dog' is invalid"),
        ("foo_bar", "1" * 9999, "Version: "),
        ("", "1.0", "Name: "),
    ],
)
def test_form_of_another_file_is_refused(name, version, message):
    with pytest.raises(InvalidMetadata, match=message) as refusal:
        check_against_form(read(), name, version)

    assert refusal.value.code == "form-mismatch"


def test_file_named_after_another_version_is_refused():
    metadata = read()

    check_against_filename(metadata, "foo-bar", Version("1.0.0"))
    with pytest.raises(InvalidMetadata, match="in the filename") as refusal:
        check_against_filename(metadata, "foo-bar", Version("1.1"))

    assert refusal.value.code == "metadata-mismatch"


LABELS = [
    "Metadata-Version", "Name", "Version", "Summary", "Requires-Dist", "Requires-Python",
    "Description-Content-Type", "License-Expression", "License-File", "Import-Name", "Dynamic",
    "Project-URL", "Classifier", "Author-email", "Provides-Extra", "Home-page", "Provides-Dist",
]  # fmt: skip
LINES = st.tuples(st.sampled_from(LABELS), st.text(max_size=40)).map(": ".join)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes_are_refused(raw):
    with pytest.raises(InvalidMetadata):
        read_metadata(raw, HOUSE)


@settings(deadline=None, max_examples=300)
@given(st.lists(LINES, max_size=6), st.text(max_size=40))
def test_random_fields_are_read_or_refused(lines, body):
    raw = make_metadata() + "\n".join([*lines, "", body]).encode()

    try:
        metadata = read_metadata(raw, HOUSE)
    except InvalidMetadata as refusal:
        message = str(refusal)
    else:
        message = metadata.name

    assert len(message) < 300


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), min_size=1))
def test_description_comes_back_unchanged(text):
    assert read(description=text).description == text


@pytest.mark.parametrize("version", ["02.7", "2.07", "002.100"])
def test_metadata_version_with_leading_zeros_is_none(version):
    assert refusal_of(metadata_version=version).code == "metadata-version"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"classifiers": ["Private :: " + "x" * 200]}, "not a valid classifier"),
        ({"classifiers": [f"Private :: {n}" for n in range(1_001)]}, "the limit is 1000"),
        ({"requires_dist": ["a" * 201]}, "is too long"),
    ],
)
def test_more_than_a_column_or_a_table_should_hold_is_refused(fields, message):
    assert message in str(refusal_of(**fields))


def test_endless_name_of_an_extra_is_cut_where_only_lists_need_it():
    extra = "e" * 300
    metadata = read(requires_dist=[f"rich; extra == '{extra}'"], extras=[extra])
    assert list_dependencies(metadata)[0]["extra"] == "e" * 200
