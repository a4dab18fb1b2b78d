"""Alarms and documents speak of figures that there are."""

import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.core import pulse
from app.core.database import transaction
from app.core.settings import keep_setting
from app.metrics import facts

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy" / "prometheus" / "alerts.yml"
PARTS = ("_bucket", "_count", "_sum")


@pytest.fixture
def names(app, client):
    """The names of all figures, of a site that has a worker and a backup."""
    app.extensions[facts.PART].known.clear()
    pulse.beat()
    with transaction():
        keep_setting("backup.finished", "2026-01-01T00:00:00+00:00")
    told = client.get("/metrics").text
    found = set()
    for family in text_string_to_metric_families(told):
        found.add(f"{family.name}_total" if family.type == "counter" else family.name)
    return found


def spoken_of(text):
    """Return the names of figures in a text."""
    found = set()
    for name in re.findall(r"\btilsit_[a-z_]+", text):
        part = next((part for part in PARTS if name.endswith(part)), "")
        found.add(name.removesuffix(part))
    return found


def test_alarms_are_about_figures_that_there_are(names):
    expressions = "\n".join(
        re.findall(r"expr: (?:>-\n)?(.+?)\n        for:", RULES.read_text(), re.S)
    )
    assert len(spoken_of(expressions)) >= 12
    assert spoken_of(expressions) <= names


def test_each_alarm_says_for_how_long_how_bad_and_what():
    for rule in RULES.read_text().split("- alert: ")[1:]:
        assert re.search(r"\n        for: [0-9]+[mh]\n", rule), rule
        assert re.search(r"severity: (page|ticket)}", rule), rule
        assert re.search(r'summary: ".+\."', rule), rule


def test_the_document_tells_of_every_figure(names):
    assert spoken_of((ROOT / "docs" / "operations.md").read_text()) == names
