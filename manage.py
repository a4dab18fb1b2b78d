"""The way in: `python manage.py …`, `flask --app manage …`, `granian … manage:app`."""

from flask.cli import FlaskGroup

from app import create_app

app = create_app()

if __name__ == "__main__":
    FlaskGroup(create_app=lambda: app, help="Tilsit, a Python package index of your own.").main()
