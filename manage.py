"""The way in: `python manage.py …`, `flask --app manage …`, `granian … manage:app`."""

from app import create_app

app = create_app()

if __name__ == "__main__":
    app.cli.main()
