"""What is remembered of pages is right at once, in this process and in others."""

import subprocess
import sys

import pytest
from sqlalchemy.exc import OperationalError

from app import create_app
from app.core.database import transaction
from app.extensions import db
from app.pages import services
from app.pages.directory import REMEMBERED, recall_directory
from app.pages.public import choose_language
from app.pages.texts import PageText
from tests import conftest
from tests.pages.writing import write


def test_what_was_rolled_back_is_not_remembered(client):
    with pytest.raises(RuntimeError):
        _change_and_fail()
    assert "Never" not in client.get("/terms").text


def _change_and_fail():
    with transaction():
        services.save_text("/terms", "en", PageText(title="Never", body="never"))
        services.publish("/terms", "en")
        assert recall_directory().pages["/terms"].editions["en"].title == "Never"
        raise RuntimeError


def test_pages_are_remembered_until_they_change(app, queries):
    write("/plans")
    recall_directory()
    queries.clear()
    assert "/plans" in recall_directory().pages
    assert len(queries) <= 1
    write("/other")
    assert "/other" in recall_directory().pages


def test_a_change_of_another_process_is_seen_at_once(tmp_path):
    settings = conftest.testing_config(tmp_path)
    app = create_app(settings)
    environ = {"DATA_DIR": str(tmp_path), "SECRET_KEY": settings.SECRET_KEY, "PATH": ""}
    run = [sys.executable, "manage.py"]
    subprocess.run([*run, "db", "upgrade"], env=environ, check=True, capture_output=True)
    folder = tmp_path / "bundle" / "pages" / "en"
    folder.mkdir(parents=True)
    (folder / "rules.md").write_text("---\ntitle: Rules\n---\n\nBe kind.\n")
    client = app.test_client()
    assert client.get("/rules").status_code == 404
    bundle = str(tmp_path / "bundle")
    subprocess.run([*run, "pages", "import", bundle], env=environ, check=True, capture_output=True)
    assert "Be kind" in client.get("/rules").text
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_the_menus_outlive_the_database(client, app, monkeypatch):
    def away(*_args):
        raise OperationalError("SELECT", {}, Exception("away"))

    app.extensions[REMEMBERED].clear()
    monkeypatch.setattr("app.pages.directory.find_setting", away)
    answer = client.get("/classifiers/")
    assert answer.status_code == 200
    assert "/about" in answer.text


@pytest.mark.parametrize(
    ("offered", "wanted", "chosen"),
    [("en de", "de", "de"), ("en de", "fr", "en"), ("de", "en", "de"), ("xx", "en", "xx")],
)
def test_a_language_is_chosen(app, offered, wanted, chosen):
    assert choose_language(dict.fromkeys(offered.split()), wanted) == chosen
