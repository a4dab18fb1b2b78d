"""The way in: `python manage.py …`, `flask --app manage …`, `granian … manage:app`."""

from flask.cli import FlaskGroup

from app import create_app
from app.core import logs
from app.core.memory import give_large_blocks_back
from app.launch.doorstep import demand_servable

give_large_blocks_back()
app = create_app()
logs.set_up(style=app.config["LOG_FORMAT"], level=app.config["LOG_LEVEL"])

if __name__ == "__main__":
    FlaskGroup(create_app=lambda: app, help="Tilsit, a Python package index of your own.").main()
else:
    demand_servable(app)
