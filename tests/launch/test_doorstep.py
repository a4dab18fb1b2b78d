"""What servers learn before they answer."""

import click
import pytest
from flask.cli import ScriptInfo

from app import create_app
from app.extensions import db
from app.launch.doorstep import demand_servable
from tests.conftest import testing_config as settings


@pytest.fixture
def house(tmp_path):
    """Give an application whose database has no tables."""
    app = create_app(settings(tmp_path))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_servers_do_not_start_on_tables_that_are_not_there(house, capsys):
    with pytest.raises(SystemExit) as ended:
        demand_servable(house)
    assert ended.value.code == 3
    assert capsys.readouterr().err == "The database has no tables yet: run `flask db upgrade`.\n"


def test_commands_look_for_themselves(house):
    with click.Context(click.Command("db"), obj=ScriptInfo()):
        demand_servable(house)


def test_a_database_that_is_away_is_waited_for(tmp_path, caplog):
    demand_servable(create_app(settings(tmp_path, DATABASE_URL="postgresql://u:pw@127.0.0.1:1/x")))
    assert "Nothing listens at 127.0.0.1:1" in caplog.text


def test_connections_are_closed_before_processes_are_forked(app, shared_app):
    pool = db.session.get_bind().engine.pool
    demand_servable(shared_app)
    assert db.session.get_bind().engine.pool is not pool
