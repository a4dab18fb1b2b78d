"""The back office: pages for those who run the site."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Bind the pages to an application."""
