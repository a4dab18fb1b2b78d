import gettext
import os

import pytest

from app.core.catalogues import compile_stale

TEXTS = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "cheese"
msgstr "Käse"

#, fuzzy
msgid "bread"
msgstr "Wein"
"""


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "de" / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True)
    path.write_text(TEXTS, encoding="utf-8")
    return path


def test_new_catalogue_is_compiled_without_doubtful_texts(tmp_path, source):
    assert compile_stale(tmp_path) == 1
    found = gettext.translation("messages", str(tmp_path), languages=["de"])
    assert (found.gettext("cheese"), found.gettext("bread")) == ("Käse", "bread")


def test_compiled_catalogue_is_left_alone(tmp_path, source):
    compile_stale(tmp_path)
    assert compile_stale(tmp_path) == 0


def test_changed_catalogue_is_compiled_again(tmp_path, source):
    compile_stale(tmp_path)
    compiled = source.with_suffix(".mo")
    os.utime(compiled, (0, 0))
    assert compile_stale(tmp_path) == 1
    assert compiled.stat().st_mtime > 0


def test_folder_that_cannot_be_written_to_is_no_reason_not_to_start(tmp_path, source, caplog):
    source.with_suffix(f".{os.getpid()}.mo").mkdir()
    compile_stale(tmp_path)
    assert "a catalogue cannot be compiled" in caplog.text
