"""Pages for reading: home, search, projects, people, help."""

from flask import Flask

from app.site import badge_views as badge_views
from app.site import browse_views as browse_views
from app.site import dependents_views as dependents_views
from app.site import download_views as download_views
from app.site import help_views as help_views
from app.site import home_views as home_views
from app.site import index_views as index_views
from app.site import policy_views as policy_views
from app.site import popular_views as popular_views
from app.site import project_views as project_views
from app.site import search_views as search_views
from app.site import stats_views as stats_views
from app.site import switch_views as switch_views
from app.site import views
from app.site.labels import label_url
from app.site.page_cache import PART, PageCache
from app.site.refusals import REFUSALS
from app.site.wheels import column_title


def init_app(app: Flask) -> None:
    """Bind the pages to an application."""
    app.register_blueprint(views.bp)
    app.extensions[PART] = PageCache()
    app.extensions["growth"] = {}
    # The page of an error leads to what helps.
    app.jinja_env.globals["explained_refusals"] = REFUSALS
    app.jinja_env.globals["label_url"] = label_url
    app.jinja_env.globals["column_title"] = column_title
