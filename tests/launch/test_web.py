import socket

import pytest

from app.launch import cli, web
from app.launch.preparation import prepare


def test_free_port_is_no_obstacle():
    assert web.find_obstacle("127.0.0.1", 0) is None


def test_taken_port_is_an_obstacle():
    with socket.create_server(("127.0.0.1", 0)) as other:
        assert web.find_obstacle("127.0.0.1", other.getsockname()[1])


def test_address_of_another_machine_is_an_obstacle():
    assert web.find_obstacle("192.0.2.1", 0)


def test_serve_refuses_a_taken_port_in_one_sentence(app):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = app.test_cli_runner().invoke(args=["serve", "--port", port])
    assert done.exit_code == 1
    assert f"Port {port} of 127.0.0.1 cannot be used" in done.output


@pytest.mark.parametrize(("empty", "wanted", "filled"), [(True, True, 1), (True, False, 0)])
def test_empty_house_is_furnished_if_wanted(app, monkeypatch, empty, wanted, filled):
    furnished = []
    monkeypatch.setattr("flask_migrate.upgrade", lambda: None)
    monkeypatch.setattr("app.launch.preparation.fill", lambda: furnished.append(1))
    prepare(seed=wanted)
    assert len(furnished) == filled


class Quick:
    """Household that starts nothing and writes down what it was told."""

    def __init__(self, status: int = 0) -> None:
        self.status = status
        self.names: list[str] = []

    def run(self, name, work):
        self.names.append(name)
        return self.status

    def start(self, name, work):
        self.names.append(name)

    def keep(self):
        return 0


@pytest.mark.parametrize(
    ("status", "names"), [(0, ["preparation", "worker", "web"]), (1, ["preparation"])]
)
def test_serve_opens_only_what_is_prepared(app, monkeypatch, status, names):
    household = Quick(status)
    monkeypatch.setattr(cli, "Household", lambda **_: household)
    done = app.test_cli_runner().invoke(args=["serve", "--port", "0"])
    assert (done.exit_code, household.names) == (status, names)
