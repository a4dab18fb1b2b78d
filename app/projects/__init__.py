"""The catalogue: names, versions, projects, releases and files."""

from app.projects import models as models
