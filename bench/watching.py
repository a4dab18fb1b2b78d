"""Processes watched for a while: what memory and how many files they have."""

import contextlib
import threading
from collections import defaultdict
from dataclasses import dataclass
from statistics import fmean

import psutil

from bench.tables import show
from tests.functional.house import House

STEP_SECONDS = 1.0
# The first requests fill caches, which have bounds: after four of ten minutes all are full.
_WARM_SHARE = 0.4
_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Sample:
    """A process at one moment: megabytes that only it has, and open files."""

    memory: float
    files: int


class Watch:
    """All processes of a house, sampled until something is over."""

    HEADER = ("Process", "MB, caches full", "MB, at the end", "MB a minute", "Open files")

    def __init__(self, house: House, over: threading.Event) -> None:
        self._house, self._over = house, over
        self._samples: dict[str, list[Sample]] = defaultdict(list)

    def run(self) -> None:
        """Look once a second."""
        processes = _name(self._house.list_processes())
        while not self._over.wait(STEP_SECONDS):
            for name, process in processes.items():
                with contextlib.suppress(psutil.Error):
                    memory = process.memory_full_info().uss / _MEGABYTE
                    self._samples[name].append(Sample(memory, process.num_fds()))

    def rows(self) -> list[list[str]]:
        """Return a line for each process."""
        return [
            [
                name,
                *(show(each) for each in (first.memory, last.memory)),
                f"{slope:+.2f}",
                f"{first.files:.0f} to {last.files:.0f}",
            ]
            for name, (first, last, slope) in self._sums().items()
        ]

    def complaints(self, growth: float, megabytes: float, files: int) -> list[str]:
        """Return what has grown over a bound, of memory by a share or by megabytes."""
        told = []
        for name, (first, last, _slope) in self._sums().items():
            if last.memory > max(first.memory * growth, first.memory + megabytes):
                told.append(f"{name} grew from {first.memory} to {last.memory} MB")
            if last.files > first.files + files:
                told.append(f"{name} has {last.files} open files, {first.files} before")
        return told

    def _sums(self) -> dict[str, tuple[Sample, Sample, float]]:
        """Return means once the caches are full and at the end, and the slope in MB a minute."""
        sums = {}
        for name, samples in self._samples.items():
            warm = samples[int(len(samples) * _WARM_SHARE) :]
            third = max(len(warm) // 3, 1)
            first, last = _mean(warm[:third]), _mean(warm[-third:])
            minutes = max(len(warm) - third, 1) * STEP_SECONDS / 60
            sums[name] = (first, last, (last.memory - first.memory) / minutes)
        return sums


def _name(processes: list[psutil.Process]) -> dict[str, psutil.Process]:
    """Return the processes that `serve` has made, by what they are."""
    parents = {process.pid: process.ppid() for process in processes}
    root = next(pid for pid, parent in parents.items() if parent not in parents)
    # It forks the worker first, and then what looks after those that answer.
    worker, web = sorted(pid for pid, parent in parents.items() if parent == root)
    names = {root: "serve", worker: "worker", web: "web, supervisor"}
    answering = sorted(pid for pid, parent in parents.items() if parent == web)
    names |= {pid: f"web {number}" for number, pid in enumerate(answering, 1)}
    return {names[process.pid]: process for process in processes if process.pid in names}


def _mean(samples: list[Sample]) -> Sample:
    memory = fmean(sample.memory for sample in samples)
    return Sample(round(memory, 1), round(fmean(sample.files for sample in samples)))
