"""All addresses that an application answers, also those of pages to come."""

import re

_PART = re.compile(r"<(?:(?P<kind>[^:>]+):)?[^>]+>")


def list_doors(app):
    """Return endpoint, method and an address for every rule and method of an application."""
    return [
        (rule.endpoint, method, _PART.sub(_example, str(rule)))
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    ]


def _example(found):
    kind = found["kind"] or "string"
    if kind.startswith("any("):
        return kind[4:].split(",")[0].rstrip(")").strip("\"' ")
    return "1" if kind.startswith(("int", "float")) else "x"
