"""Registering, logging in and out, over HTTP."""

import re

import pytest

from app.accounts import queries
from app.extensions import db
from tests.factories import PASSWORD, make_account


def log_in(client, login, password=PASSWORD, **more):
    return client.post("/account/login", data={"login": login, "password": password} | more)


def register(client, **changes):
    facts = {
        "username": "ada",
        "name": "Ada",
        "email": "ada@example.com",
        "password": "four unrelated words",
        "again": "four unrelated words",
    }
    return client.post("/account/register", data=facts | changes)


def test_somebody_registers_and_logs_in(client):
    answer = register(client)
    assert answer.status_code == 303, answer.text
    assert answer.location == "/account/login"
    assert log_in(client, "ada", "four unrelated words").location == "/account"
    assert "ada@example.com" in client.get("/account").text
