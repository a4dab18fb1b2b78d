import pytest

from app.pages.exceptions import BadPageTitle, BadText
from app.pages.texts import LONGEST_BODY, PageText, clean_text, join_file, split_file


def test_a_text_is_kept_without_what_forms_put_in():
    text = clean_text(PageText(title="  A \t title ", body="\r\none\r\ntwo\r\n\r\n"))
    assert text == PageText(title="A title", body="one\ntwo\n")


@pytest.mark.parametrize("title", ["", "   ", "x" * 201, "a\x00b", "a\u202eb"])
def test_a_title_must_be_one(app, title):
    with pytest.raises(BadPageTitle):
        clean_text(PageText(title=title, body=""))


@pytest.mark.parametrize("body", ["x" * LONGEST_BODY, "a\x00b"])
def test_a_text_has_limits(app, body):
    with pytest.raises(BadText):
        clean_text(PageText(title="x", body=body))


def test_a_file_holds_a_head_and_a_body():
    content = join_file({"title": "A: b", "description": ""}, "one\n\n---\ntwo\n")
    assert split_file(content) == ({"title": "A: b"}, "one\n\n---\ntwo\n")


@pytest.mark.parametrize("content", ["", "text", "---\ntitle: x\n", "--\n---"])
def test_a_file_without_a_head_is_refused(app, content):
    with pytest.raises(BadText):
        split_file(content)
