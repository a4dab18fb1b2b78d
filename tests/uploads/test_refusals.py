"""Wrong and hostile uploads: a clear answer each, and nothing of them stays."""

import hashlib

import pytest
from sqlalchemy import select

from app.extensions import db
from app.indexes.queries import get_index
from app.projects.models import Release
from tests.archives import make_metadata, make_sdist, make_wheel, sdist_name, wheel_name
from tests.factories import make_account, make_project
from tests.hostile_tars import HOSTILE_TARS
from tests.hostile_wheels import HOSTILE_WHEELS
from tests.hostile_zips import HOSTILE_ZIPS
from tests.uploads.clients import assert_refused, form_of, snapshot

WHEEL = make_wheel()
# Empty files are refused before anybody looks into them.
HOSTILE = [case for case in (*HOSTILE_ZIPS, *HOSTILE_WHEELS, *HOSTILE_TARS) if case.data != b""]


def refuse(ada, form, status, message, code=None):
    """Send a form that must be refused, and see that nothing changed."""
    before = snapshot()
    response = ada.send(form)
    assert_refused(response, status, message, code)
    assert snapshot() == before
    return response


@pytest.mark.parametrize("kind", ["md5", "sha256", "blake2_256"])
def test_check_40_a_wrong_digest_is_refused(ada, kind):
    digests = {
        "md5_digest": hashlib.md5(WHEEL).hexdigest(),
        "blake2_256_digest": hashlib.blake2b(WHEEL, digest_size=32).hexdigest(),
    }
    form = form_of(WHEEL, wheel_name(), **digests)
    form[f"{kind}_digest"] = "0" * len(form[f"{kind}_digest"])
    refuse(ada, form, 400, "digest supplied does not match", "digest-mismatch")


def test_check_41_a_form_without_a_digest_is_refused(ada):
    form = form_of(WHEEL, wheel_name(), sha256_digest="")
    refuse(ada, form, 400, "Include at least one message digest", "invalid-form")


def test_check_41_upper_case_digests_are_accepted(ada):
    form = form_of(WHEEL, wheel_name())
    form["sha256_digest"] = form["sha256_digest"].upper()
    assert ada.send(form).status == "200 OK"


def test_check_41_any_one_digest_is_enough(ada):
    md5 = hashlib.md5(WHEEL).hexdigest()
    form = form_of(WHEEL, wheel_name(), sha256_digest=None, md5_digest=md5)
    assert ada.send(form).status == "200 OK"


def test_a_digest_that_is_none_is_refused(ada):
    form = form_of(WHEEL, wheel_name(), md5_digest="XrY7u+Ae7tCTyyK7j1rNww==")
    refuse(ada, form, 400, "valid, hex-encoded md5", "invalid-form")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "does not have a file"),
        ([(WHEEL, wheel_name())] * 2, "content was sent twice"),
        (WHEEL.decode("latin-1"), "content should be a file"),
        ((b"", wheel_name()), "is empty"),
    ],
    ids=["missing", "twice", "text", "empty"],
)
def test_check_43_content_is_exactly_one_file(ada, content, message):
    form = form_of(b"", wheel_name())
    form.pop("content")
    if content is not None:
        form["content"] = content
    refuse(ada, form, 400, message, "invalid-form")


@pytest.mark.parametrize("action", [None, "upload", "", "UNKNOWN"])
def test_check_44_an_unknown_action_is_refused(ada, action):
    form = form_of(WHEEL, wheel_name(), **{":action": action})
    refuse(ada, form, 400, ":action should be file_upload", "invalid-form")


@pytest.mark.parametrize("action", ["submit", "submit_pkg_info", "doc_upload"])
def test_check_44_old_actions_are_gone(ada, action):
    form = {":action": action, "name": "foo"}
    refuse(ada, form, 410, "upload", "gone")


def test_the_action_may_stand_in_the_query(ada):
    form = form_of(WHEEL, wheel_name(), **{":action": None})
    assert ada.send(form, path="/legacy/?:action=file_upload").status == "200 OK"


def test_check_44_another_protocol_is_refused(ada):
    form = form_of(WHEEL, wheel_name(), protocol_version="2")
    refuse(ada, form, 400, "Unknown protocol version", "invalid-form")


def test_the_protocol_may_be_left_out(ada):
    form = form_of(WHEEL, wheel_name(), protocol_version=None)
    assert ada.send(form).status == "200 OK"


@pytest.mark.parametrize("field", ["name", "version", "filetype"])
def test_fields_that_are_needed_are_named(ada, field):
    form = form_of(WHEEL, wheel_name(), **{field: None})
    refuse(ada, form, 400, f"The field {field} is missing", "invalid-form")


@pytest.mark.parametrize(
    ("filename", "filetype"),
    [
        (wheel_name(), "sdist"),
        (sdist_name(), "bdist_wheel"),
        ("foo_bar-1.0-py3.11.egg", "bdist_egg"),
        ("foo_bar-1.0.exe", "bdist_wininst"),
        ("foo_bar-1.0.zip", "sdist"),
        ("foo_bar-1.0.tar.bz2", "sdist"),
        ("foo_bar-1.0-py3-none-any.whlx", "bdist_wheel"),
        (wheel_name(), "bdist_wat"),
    ],
)
def test_check_45_other_kinds_of_files_are_refused(ada, filename, filetype):
    form = form_of(WHEEL, filename, filetype=filetype)
    refuse(ada, form, 400, "upload a wheel (.whl) as bdist_wheel or a source archive")


@pytest.mark.parametrize(
    "filename",
    [
        "Foo.Bar_baz-1.0-py3-none-any.whl",
        "foo-bar-1.0-py3-none-any.whl",
        "foo_bar-01.0-py3-none-any.whl",
        "foo_bar-1.0-py3-none.whl",
        "föö-1.0-py3-none-any.whl",
        "other-1.0-py3-none-any.whl",
        "foo_bar-2.0-py3-none-any.whl",
        "../x.whl",
        "a/b.whl",
        "a\\b.whl",
        "foo_bar-1.0\x7f-py3-none-any.whl",
        "foo_bar-1.0\x00-py3-none-any.whl",
        "f" * 300 + "-1.0-py3-none-any.whl",
        "foo_bar-1.0-py3-none-any.WHL",
        "",
    ],
)
def test_check_46_bad_file_names_are_refused(ada, filename):
    refuse(ada, form_of(WHEEL, filename, filetype="bdist_wheel"), 400, "")


@pytest.mark.parametrize(
    ("name", "version", "message"),
    [("other", "1.0", "Name:"), ("foo_bar", "2.0", "Version:"), ("foo_bar", "one", "Version:")],
)
def test_check_47_another_name_or_version_in_the_form_is_refused(ada, name, version, message):
    form = form_of(WHEEL, wheel_name(), name, version)
    refuse(ada, form, 400, message, "form-mismatch")


@pytest.mark.parametrize(("name", "version"), [("Foo.Bar", "1.0"), ("foo-bar", "1.0.0")])
def test_check_47_equal_names_and_versions_are_accepted(ada, name, version):
    assert ada.send(form_of(WHEEL, wheel_name(), name, version)).status == "200 OK"


def test_check_47_in_all_else_the_file_is_right(ada):
    form = form_of(
        make_wheel(summary="From the file."),
        wheel_name(),
        metadata_version="2.3",
        summary="From the form.",
        import_name="foo",
        license="",
    )
    assert ada.send(form).status == "200 OK"
    assert db.session.scalars(select(Release)).one().summary == "From the file."


@pytest.mark.parametrize("case", HOSTILE, ids=lambda case: f"{case.filetype} {case.case}")
def test_checks_48_to_54_hostile_archives_are_refused(ada, case):
    form = form_of(case.build(), case.filename, filetype=case.filetype)
    refuse(ada, form, 400, "", case.code)


def test_check_55_any_script_is_stored_as_it_is(ada):
    facts = {"summary": "ключ 🔑 مفتاح", "author": "Zoë", "description": "# Zoë\n\n🔑"}
    assert ada.wheel(**facts).status == "200 OK"
    release = db.session.scalars(select(Release)).one()
    assert (release.summary, release.author, release.description) == tuple(facts.values())


def test_check_56_what_latin_1_lacks_is_replaced_in_the_reason_only(ada):
    form = form_of(WHEEL, "ключ-1.0-py3-none-any.whl", filetype="bdist_wheel")
    response = ada.send(form)
    assert response.status_code == 400
    assert "????" in response.status
    assert "ключ" in response.text


@pytest.mark.parametrize("version", ["2.5", "2.6"])
def test_check_57_new_metadata_are_accepted(ada, version):
    assert ada.wheel(metadata=make_metadata(metadata_version=version)).text == ""


def test_check_57_newer_metadata_are_accepted_with_a_warning(ada):
    response = ada.wheel(metadata=make_metadata(metadata_version="2.7"))
    assert response.status == "200 OK"
    assert "newer than 2.6" in response.text


@pytest.mark.parametrize("version", ["3.0", "2.0", None])
def test_check_57_unknown_metadata_are_refused(ada, version):
    content = make_wheel(metadata=make_metadata(metadata_version=version))
    refuse(ada, form_of(content, wheel_name()), 400, "Metadata-Version", "metadata-version")


@pytest.mark.parametrize(
    ("headers", "field"),
    [
        ([("License", "MIT"), ("License-Expression", "MIT")], "License"),
        ([("License-Expression", "Free as in beer")], "License-Expression"),
        ([("License-File", "NOWHERE")], "License-File"),
        ([("Requires-Dist", "foo (bar")], "Requires-Dist"),
        ([("Requires-Python", ">=3.6.*")], "Requires-Python"),
        ([("Requires-Dist", "foo @ https://example.com/foo.whl")], "Requires-Dist"),
        ([("Classifier", "Nonsense :: 1")], "Classifier"),
    ],
    ids=["two licences", "SPDX", "license file", "requirement", "python", "direct", "classifier"],
)
def test_check_58_bad_metadata_are_refused_by_field(ada, headers, field):
    content = make_wheel(metadata=make_metadata(headers=headers))
    refuse(ada, form_of(content, wheel_name()), 400, field)


def test_an_index_may_allow_direct_dependencies(ada):
    get_index().settings = {"direct_dependencies": True}
    db.session.commit()
    assert ada.wheel(requires_dist=["foo @ https://example.com/foo.whl"]).status == "200 OK"


def test_check_59_long_texts_and_many_fields_are_accepted(ada):
    extras = [f"extra{number}" for number in range(600)]
    form = {"description": "x" * 1_000_000, "provides_extra": extras, "requires_dist": extras}
    assert ada.wheel(extras=extras, description="x" * 1_000_000, form=form).status == "200 OK"


def test_check_60_a_field_sent_twice_is_refused(ada):
    form = form_of(WHEEL, wheel_name(), name=["foo_bar", "foo_bar"])
    refuse(ada, form, 400, "The field name was sent twice", "invalid-form")


def test_check_60_a_text_sent_as_a_file_is_refused(ada):
    form = form_of(WHEEL, wheel_name(), summary=(b"x", "summary.txt"))
    refuse(ada, form, 400, "summary should be text", "invalid-form")


def test_check_60_too_many_fields_are_refused(ada):
    form = form_of(WHEEL, wheel_name(), keywords=["x"] * 10_000)
    refuse(ada, form, 413, "too many fields, the limit is 5000", "too-large")


def test_check_60_an_endless_field_name_is_refused(ada):
    form = form_of(WHEEL, wheel_name(), **{"x" * 100_000: "x"})
    refuse(ada, form, 400, "name over 100 characters", "invalid-form")


def test_check_63_a_second_sdist_is_refused(ada):
    ada.sdist(version="1.0")
    content = make_sdist(version="1.0.0")
    form = form_of(content, sdist_name(version="1.0.0"), version="1.0.0")
    refuse(ada, form, 400, "Only one sdist", "sdist-exists")


def test_check_63_a_wheel_with_a_build_tag_stands_beside_the_one_without(ada):
    ada.wheel()
    form = form_of(make_wheel(members={}), wheel_name(tag="1-py3-none-any"))
    assert ada.send(form).status == "200 OK"


def test_check_64_a_local_version_is_accepted(ada):
    assert ada.wheel(version="1.0+cu12.1").status == "200 OK"


def test_an_index_may_refuse_local_versions(ada):
    get_index().settings = {"local_versions": False}
    db.session.commit()
    form = form_of(make_wheel(version="1.0+x"), wheel_name(version="1.0+x"), version="1.0+x")
    refuse(ada, form, 400, "local version", "local-version")


@pytest.mark.parametrize(
    "tag",
    [
        "cp311-cp311-linux_x86_64",
        "cp313-cp313-pyemscripten_2026_0_wasm32",
        "cp313-cp313-android_21_arm64_v8a",
        "cp313-cp313-ios_13_0_arm64_iphoneos",
    ],
)
def test_check_65_platforms_of_a_private_index_are_accepted(ada, tag):
    assert ada.send(form_of(WHEEL, wheel_name(tag=tag))).status == "200 OK"


def test_check_65_a_nonsense_platform_is_refused(ada):
    form = form_of(WHEEL, wheel_name(tag="py3-none-toaster"))
    refuse(ada, form, 400, "unsupported platform tag", "unsupported-platform")


@pytest.mark.parametrize("name", ["foo-", "-foo", "f o", "föö", "x" * 201])
def test_an_invalid_name_is_refused(ada, name):
    form = form_of(WHEEL, wheel_name(), name)
    refuse(ada, form, 400, "is invalid, use ASCII", "name-refused")


@pytest.mark.parametrize("name", ["asyncio", "Asyncio", "requirements.txt"])
def test_names_of_python_itself_are_refused(ada, name):
    form = form_of(make_wheel(name), wheel_name(name), name)
    refuse(ada, form, 400, "belongs to Python itself", "name-refused")


@pytest.mark.parametrize("name", ["toast1ng", "toastlng", "t0asting", "toast-ing", "toast_ing"])
def test_lookalikes_of_other_peoples_projects_are_refused(ada, name):
    make_project("toasting", owner=make_account())
    form = form_of(make_wheel(name), wheel_name(name), name)
    refuse(ada, form, 400, "too similar to the existing project 'toasting'", "name-refused")


def test_lookalikes_of_ones_own_projects_are_accepted(ada):
    make_project("toasting", owner=ada.account)
    assert ada.wheel("toast1ng").status == "200 OK"


def test_admins_may_use_any_name(uploader):
    make_project("toasting", owner=make_account())
    admin = uploader(make_account(is_admin=True))
    assert admin.wheel("toast1ng").status == "200 OK"
    assert admin.wheel("asyncio").status == "200 OK"


def test_who_was_not_let_in_brings_no_new_names(uploader):
    guest = uploader(make_account(uploads=False))
    refuse(guest, form_of(WHEEL, wheel_name()), 403, "may not bring new projects", "not-allowed")


def test_who_has_not_confirmed_brings_no_new_names(uploader):
    new = uploader(make_account(confirmed=False))
    refuse(new, form_of(WHEEL, wheel_name()), 403, "Confirm your e-mail", "not-allowed")


def test_a_small_wheel_that_is_not_what_its_record_says_is_refused(ada):
    record = (
        b"foo_bar.py,sha256=AAAA,12\nfoo_bar-1.0.dist-info/METADATA,,\n"
        b"foo_bar-1.0.dist-info/WHEEL,,\nfoo_bar-1.0.dist-info/RECORD,,\n"
    )
    form = form_of(make_wheel(record=record), wheel_name())
    refuse(ada, form, 400, "foo_bar.py", "record-mismatch")
