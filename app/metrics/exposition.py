"""All figures in the text form that Prometheus reads."""

import platform
from collections.abc import Iterable, Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from typing_extensions import override

from app.core.meters.kinds import Kind, list_kinds
from app.core.meters.sheets import Series, Sheet, add_up
from app.core.runtime import find_version
from app.metrics.facts import Fact
from app.metrics.samples import SAMPLES

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def write_out(sheets: list[Sheet], facts: Iterable[Fact], *, is_database_up: bool) -> bytes:
    """Return all figures: the first sheet is that of processes that have ended."""
    registry = CollectorRegistry(auto_describe=False)
    up = Fact("tilsit_database_up", "Whether the database answers.", float(is_database_up))
    families = [*_list_counts(sheets), *_list_samples(sheets[1:]), *_list_facts([*facts, up])]
    registry.register(_Collected(families))
    return generate_latest(registry)


class _Collected(Collector):
    """Figures that are there already, as a registry wants them."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    @override
    def collect(self) -> Iterable[Metric]:
        return self._families


def _list_counts(sheets: list[Sheet]) -> Iterator[Metric]:
    sums = add_up(sheets)
    for kind in list_kinds():
        rows = {series[1:]: values for series, values in sums.items() if series[0] == kind.name}
        if kind.buckets:
            yield _histogram(kind, rows)
        else:
            family = CounterMetricFamily(kind.name, kind.text, labels=kind.labels)
            for labels, values in sorted(rows.items()):
                family.add_metric(labels, values[0])
            if not kind.labels and not rows:
                # A sum that is not there cannot be told from a site that is not.
                family.add_metric((), 0)
            yield family


def _histogram(kind: Kind, rows: dict[Series, list[float]]) -> Metric:
    family = HistogramMetricFamily(kind.name, kind.text, labels=kind.labels)
    bounds = [*(str(bound) for bound in kind.buckets), "+Inf"]
    for labels, values in sorted(rows.items()):
        if len(values) == len(bounds) + 1:
            counts = list(zip(bounds, accumulate(values[:-1]), strict=True))
            family.add_metric(labels, counts, values[-1])
    return family


def _list_samples(living: list[Sheet]) -> Iterator[Metric]:
    for name, text in SAMPLES.items():
        yield _gauge(name, text, {(): sum(sheet.samples.get(name, 0) for sheet in living)})
    most = max((sheet.samples.get("tilsit_resident_bytes", 0) for sheet in living), default=0)
    yield _gauge("tilsit_resident_largest_bytes", "Memory of the largest process.", {(): most})
    yield _gauge("tilsit_processes", "Processes that count.", {(): len(living)})
    built = (find_version(), platform.python_version())
    yield _gauge("tilsit_build_info", "What runs here.", {built: 1}, ("version", "python"))


def _list_facts(facts: Iterable[Fact]) -> Iterator[Metric]:
    families: dict[str, CounterMetricFamily | GaugeMetricFamily] = {}
    for fact in facts:
        names = [name for name, _ in fact.labels]
        make = CounterMetricFamily if fact.is_counter else GaugeMetricFamily
        family = families.setdefault(fact.name, make(fact.name, fact.text, labels=names))
        family.add_metric([value for _, value in fact.labels], fact.value)
    yield from families.values()


def _gauge(
    name: str, text: str, rows: dict[tuple[str, ...], float], labels: tuple[str, ...] = ()
) -> Metric:
    family = GaugeMetricFamily(name, text, labels=labels)
    for values, number in rows.items():
        family.add_metric(values, number)
    return family
