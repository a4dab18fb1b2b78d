from app.core.runtime import application, data_path, part, setting


def test_settings_and_parts_are_found(app):
    assert setting("SITE_NAME") == "Tilsit"
    assert part("blobs") is app.extensions["blobs"]


def test_the_application_itself_is_found(app):
    assert application() is app


def test_data_lies_in_its_folder(app):
    assert data_path("mail", "x") == app.config["DATA_DIR"] / "mail" / "x"
