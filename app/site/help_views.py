"""The page that lists what is fixed: the classifiers that a release may carry."""

from functools import cache

from flask import render_template
from flask.typing import ResponseReturnValue
from trove_classifiers import sorted_classifiers

from app.site.views import bp


@bp.get("/classifiers/")
def classifiers() -> ResponseReturnValue:
    """Show all classifiers that a release may carry."""
    return render_template("site/classifiers.html", groups=_grouped_classifiers())


@cache
def _grouped_classifiers() -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name in sorted_classifiers:
        groups.setdefault(name.partition(" :: ")[0], []).append(name)
    return groups
