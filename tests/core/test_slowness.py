import logging

from sqlalchemy import create_engine, text

from app.core import slowness


def test_a_slow_statement_is_told_without_its_parameters(app, caplog):
    engine = create_engine("sqlite://")
    slowness.watch(engine, 0.0)
    with caplog.at_level(logging.WARNING), engine.connect() as connection:
        connection.execute(text("SELECT\n   :it"), {"it": "a secret"})
    (line,) = [one for one in caplog.records if "SELECT" in getattr(one, "statement", "")]
    assert (line.message, line.statement) == ("slow query", "SELECT ?")
    assert line.ms >= 0
    assert "a secret" not in str(vars(line))


def test_others_are_not_told(app, caplog):
    engine = create_engine("sqlite://")
    slowness.watch(engine, 3600)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    assert caplog.records == []
