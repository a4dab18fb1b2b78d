"""One run: start all, fill all, and measure them in turn."""

import contextlib
import json
import subprocess
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

import httpx

from bench.environments import InstallFailed, install
from bench.figures import SECONDS, Figure, combine
from bench.measures import (
    Effort,
    Measure,
    attempt,
    await_mention,
    list_long_measures,
    list_measures,
)
from bench.pages import NotOffered, make_client
from bench.processes import StartFailed
from bench.publishing import fill, publish
from bench.stock import BIG, HOT, LONG, MIDDLE, Stock
from bench.subjects.base import Subject
from bench.subjects.nginx import Nginx
from bench.subjects.tilsit import Tilsit
from bench.tables import make_header, make_rows, render, show

_FAULTS = (
    *(InstallFailed, StartFailed, NotOffered, AssertionError),
    *(httpx.HTTPError, subprocess.SubprocessError, OSError),
)


_MANY = 1_000


class Run:
    """Subjects that live side by side, and what has been measured of them."""

    def __init__(self, subjects: Sequence[Subject], effort: Effort, stock: Stock) -> None:
        self.subjects = list(subjects)
        self.effort, self.stock = effort, stock
        self.skipped: dict[str, str] = {}
        self.measures: list[Measure] = []
        self._taken: dict[str, dict[str, list[Figure]]] = defaultdict(lambda: defaultdict(list))

    def do(self) -> None:
        """Do all of it; whatever happens, no server is left running."""
        with ExitStack() as stack:
            for subject in self.subjects:
                stack.callback(subject.stop)
            self._each(self._install)
            self._take([self._publishing()])
            self._each(self._fill)
            self._take(list_measures(self.stock))
            # Last, because all pages of a peer that looks through its files get slower.
            self._each(self._fill_long)
            self._take(list_long_measures(self.stock))

    def _take(self, measures: Sequence[Measure]) -> None:
        for measure in measures:
            self.measures.append(measure)
            self._in_turn(measure)

    def _in_turn(self, measure: Measure) -> None:
        """Take a figure from one subject after the other, and all of it again each round."""
        for _ in range(self.effort.rounds):
            for subject in self.subjects:
                figure = attempt(measure, subject, self.effort, self.stock)
                self._taken[measure.key][subject.name].append(figure)
                result = figure.note if figure.value is None else show(figure.value)
                print(f"{measure.title:32} {subject.name:28} {result}", flush=True)

    def _each(self, step: Any) -> None:
        """Do a step with all subjects; those that cannot are left out from then on."""
        for subject in list(self.subjects):
            try:
                step(subject)
            except _FAULTS as error:
                self._skip(subject, str(error).strip() or type(error).__name__)

    def _skip(self, subject: Subject, reason: str) -> None:
        subject.stop()
        self.subjects.remove(subject)
        self.skipped[subject.name] = reason.splitlines()[0]
        print(f"Skipping {subject.name}: {reason}", flush=True)

    def _install(self, subject: Subject) -> None:
        obstacle = subject.find_obstacle()
        if obstacle:
            raise NotOffered(obstacle)
        if subject.environment:
            install(subject.environment)

    def _publishing(self) -> Measure:
        files = self.stock.published()
        title = f"`uv publish`, {len(files)} wheels"
        return Measure(
            "publish", title, SECONDS, lambda subject, _effort, _stock: _publish(subject, files)
        )

    def _fill(self, subject: Subject) -> None:
        if isinstance(subject, Nginx):
            subject.copy(self._model(), [HOT, MIDDLE, BIG], files=[HOT, MIDDLE, BIG])
        else:
            if subject.door() is None:
                fill(subject, self.stock.published())
            fill(subject, self.stock.further())
        self._restart(subject)

    def _fill_long(self, subject: Subject) -> None:
        if isinstance(subject, Nginx):
            subject.copy(self._model(), [LONG], files=[])
            return
        fill(subject, self.stock.long_files())
        if len(self.stock.long_files()) >= _MANY:
            # pypiron notices many of 5,000 quick uploads only when it starts again.
            self._restart(subject)
        with make_client() as http, contextlib.suppress(NotOffered):
            await_mention(subject, http, LONG, self.stock.long_files()[-1].name)

    def _restart(self, subject: Subject) -> None:
        """Make it a server that has only read so far."""
        subject.stop()
        subject.start()
        print(f"Filled {subject.name}", flush=True)

    def _model(self) -> Subject:
        """Return the subject whose bytes are the yardstick's."""
        for subject in self.subjects:
            if isinstance(subject, Tilsit):
                return subject
        raise NotOffered("it has no pages without Tilsit to copy them from")

    def table(self) -> str:
        """Return the table of all that has been measured."""
        names = [subject.name for subject in self.subjects]
        rows = []
        for measure in self.measures:
            taken = self._taken[measure.key]
            figures = {name: combine(taken[name]) for name in names if taken[name]}
            rows += make_rows(measure.title, measure.unit, figures)
        return render(make_header(names), rows)

    def as_json(self) -> str:
        """Return every single figure."""
        document = {
            "effort": asdict(self.effort),
            "skipped": self.skipped,
            "measures": [
                {
                    "key": measure.key,
                    "title": measure.title,
                    "unit": measure.unit.name,
                    "rounds": {
                        name: [asdict(figure) for figure in figures]
                        for name, figures in self._taken[measure.key].items()
                    },
                }
                for measure in self.measures
            ],
        }
        return json.dumps(document, indent=2) + "\n"


def _publish(subject: Subject, files: Sequence[Any]) -> Figure:
    """Publish to an empty subject, which is then left running with what it took."""
    subject.stop()
    subject.empty()
    subject.start()
    door = subject.door()
    if door is None:
        raise NotOffered("takes no uploads")
    return Figure(publish(files, door))
