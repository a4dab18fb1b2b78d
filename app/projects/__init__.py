"""The catalogue: names, versions, projects, releases and files."""

from app.projects import jobs as jobs
from app.projects import models as models
from app.projects import totals as totals
