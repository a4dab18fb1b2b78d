"""The back office: pages for those who run the site."""

from flask import Flask

from app.admin import account_views as account_views
from app.admin import cli, trash_cli, views
from app.admin import image_views as image_views
from app.admin import index_views as index_views
from app.admin import job_views as job_views
from app.admin import journal_views as journal_views
from app.admin import page_history_views as page_history_views
from app.admin import page_link_views as page_link_views
from app.admin import page_views as page_views
from app.admin import prohibited_views as prohibited_views
from app.admin import project_views as project_views
from app.admin import stats_views as stats_views
from app.admin import switch_views as switch_views
from app.admin import synonym_views as synonym_views
from app.admin import trash_views as trash_views


def init_app(app: Flask) -> None:
    """Bind pages and commands to an application."""
    app.register_blueprint(views.bp)
    app.cli.add_command(cli.cli)
    app.cli.add_command(trash_cli.cli)
