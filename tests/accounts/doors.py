"""Pressing the buttons of the account pages, and reading the mail that follows."""

import re

from app.core.runtime import data_path
from tests.factories import PASSWORD

NEW = "four unrelated words"
PERSON = {
    "username": "ada",
    "name": "Ada",
    "email": "ada@example.com",
    "password": NEW,
    "again": NEW,
}


def register(client, **changes):
    return client.post("/account/register", data=PERSON | changes)


def log_in(client, login, password=PASSWORD, **more):
    data = {"login": login, "password": password} | more
    return client.post("/account/login", data=data)


def is_logged_in(client):
    return client.get("/account").status_code == 200


class Postman:
    """Collects what jobs lay into DATA_DIR/mail; made anew for each test."""

    def __init__(self):
        self.folder = data_path("mail")
        for letter in self.folder.glob("*.eml"):
            letter.unlink()

    def letters(self, to=""):
        paths = sorted(self.folder.glob("*.eml"))
        return [path.read_text() for path in paths if to in path.name]

    def link(self, to=""):
        """Return the path of the link in the newest letter to somebody."""
        return re.findall(r"http://[^/\s]+(/\S+)", self.letters(to)[-1].partition("text/html")[0])[
            -1
        ]
