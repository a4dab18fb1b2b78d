"""The back office: pages for those who run the site."""

from flask import Flask

from app.admin import (
    account_views,
    cli,
    job_views,
    journal_views,
    prohibited_views,
    project_views,
    switch_views,
    views,
)
from app.admin import image_views as image_views
from app.admin import page_history_views as page_history_views
from app.admin import page_link_views as page_link_views
from app.admin import page_views as page_views


def init_app(app: Flask) -> None:
    """Bind pages and commands to an application."""
    app.register_blueprint(views.bp)
    app.cli.add_command(cli.cli)


# Further modules add their pages to the blueprint of `views`.
__all__ = [
    "account_views",
    "init_app",
    "job_views",
    "journal_views",
    "prohibited_views",
    "project_views",
    "switch_views",
]
