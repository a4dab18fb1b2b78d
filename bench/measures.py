"""What is measured, one after the other."""

import itertools
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import httpx

from bench import wrk
from bench.figures import MEMORY, MILLISECONDS, RATE, SECONDS, Figure, Unit, missing
from bench.pages import (
    FORMS,
    HTML,
    JSON,
    Answer,
    Asked,
    Form,
    NotOffered,
    ask,
    ask_page,
    make_client,
)
from bench.processes import StartFailed
from bench.publishing import bring, install_closure
from bench.stock import BIG, CHANGING, COLD, HOT, LONG, MIDDLE, SIZES, Stock, name_in_files
from bench.subjects.base import Subject

PATIENCE_SECONDS = 15
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Effort:
    """How long and how often things are measured."""

    seconds: int
    rounds: int
    changes: int


@dataclass(frozen=True)
class Measure:
    """One kind of figure, and how it is taken from a subject."""

    key: str
    title: str
    unit: Unit
    take: Callable[[Subject, Effort, Stock], Figure]


def attempt(measure: Measure, subject: Subject, effort: Effort, stock: Stock) -> Figure:
    """Take a figure; what stands in the way becomes its note."""
    try:
        return measure.take(subject, effort, stock)
    except NotOffered as reason:
        return missing(str(reason))
    except (httpx.HTTPError, StartFailed, subprocess.SubprocessError) as error:
        return missing(f"failed: {str(error).splitlines()[0][:160]}")


def _load(
    find: Callable[[Subject, httpx.Client], Asked], *, least_seconds: int = 1
) -> Callable[[Subject, Effort, Stock], Figure]:
    """Return how a request, checked once, is sent over and over."""

    def take(subject: Subject, effort: Effort, _stock: Stock) -> Figure:
        with make_client() as http:
            asked = find(subject, http)
        seconds = max(effort.seconds, least_seconds)
        report = wrk.drive(asked.url, asked.headers, seconds=seconds)
        if report.fault:
            return missing(report.fault)
        return Figure(report.rate, report.p50, report.p99)

    return take


def _hot_page(form: Form) -> Callable[[Subject, httpx.Client], Asked]:
    def find(subject: Subject, http: httpx.Client) -> Asked:
        url = subject.page_url(HOT, form)
        return ask_page(http, url, form, mention=name_in_files(HOT)).asked

    return find


def _best_page(subject: Subject, http: httpx.Client, project: str) -> Answer:
    """Return a project's page in the form that installers would get."""
    return _first_form(http, lambda form: subject.page_url(project, form), name_in_files(project))


def _first_form(http: httpx.Client, url: Callable[[Form], str], mention: str) -> Answer:
    try:
        return ask_page(http, url(FORMS[0]), FORMS[0], mention=mention)
    except NotOffered:
        return ask_page(http, url(FORMS[1]), FORMS[1], mention=mention)


def _unchanged_page(subject: Subject, http: httpx.Client) -> Asked:
    page = _best_page(subject, http, HOT)
    if not page.validators:
        raise NotOffered("no validator")
    # The stronger one alone, as it comes first.
    header, value = next(iter(page.validators.items()))
    return ask(http, Asked(page.asked.url, {**page.asked.headers, header: value}), status=304).asked


def _metadata(subject: Subject, http: httpx.Client) -> Asked:
    wheels = [url for name, url in _best_page(subject, http, HOT).links().items() if ".whl" in name]
    answer = ask(http, Asked(f"{wheels[0]}.metadata"))
    if b"Metadata-Version:" not in answer.content:
        raise NotOffered("wrong: this is no core metadata")
    return answer.asked


def _file(project: str) -> Callable[[Subject, httpx.Client], Asked]:
    def find(subject: Subject, http: httpx.Client) -> Asked:
        (url,) = _best_page(subject, http, project).links().values()
        answer = ask(http, Asked(url))
        if len(answer.content) < SIZES[project]:
            raise NotOffered(f"wrong: only {len(answer.content)} bytes came")
        return answer.asked

    return find


def _root(subject: Subject, http: httpx.Client) -> Asked:
    return _first_form(http, subject.root_url, HOT).asked


def _long_page(count: int) -> Callable[[Subject, httpx.Client], Asked]:
    def find(subject: Subject, http: httpx.Client) -> Asked:
        page = _best_page(subject, http, LONG)
        shown = sum(name.endswith(".whl") for name in page.links())
        if shown != count:
            raise NotOffered(f"only {shown:,} files came in time")
        return page.asked

    return find


def _cold_page(subject: Subject, _effort: Effort, _stock: Stock) -> Figure:
    """Time the first request for each of some pages after a restart."""
    _refuse_plain_files(subject)
    subject.stop()
    subject.start()
    with make_client() as http:
        # What the process does once in its life is not the price of a page.
        _best_page(subject, http, HOT)
        taken = [_time_page(subject, http, project) for project in COLD]
    return Figure(median(taken), median(taken), max(taken))


def _time_page(subject: Subject, http: httpx.Client, project: str) -> float:
    began = time.monotonic()
    _best_page(subject, http, project)
    return 1000 * (time.monotonic() - began)


def _changed_page(subject: Subject, effort: Effort, stock: Stock) -> Figure:
    """Time from the answer to an upload to the page that shows the file."""
    _refuse_plain_files(subject)
    with make_client() as http:
        taken = []
        for _ in range(effort.changes):
            path = stock.change(next(_numbers))
            bring(subject, path, http)
            taken.append(await_mention(subject, http, CHANGING, path.name))
    return Figure(median(taken), median(taken), max(taken))


def await_mention(subject: Subject, http: httpx.Client, project: str, filename: str) -> float:
    """Ask for a page until it shows a file and return the milliseconds that took."""
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE_SECONDS:
        response = http.get(subject.page_url(project, JSON), headers=_EITHER)
        if response.status_code == 200 and filename.encode() in response.content:
            return 1000 * (time.monotonic() - began)
    raise NotOffered(f"not shown after {PATIENCE_SECONDS} s")


# As pip asks; who knows no JSON answers with HTML.
_EITHER = {"Accept": f"{JSON.content_type}, {HTML.content_type};q=0.1"}


def _install(subject: Subject, _effort: Effort, _stock: Stock) -> Figure:
    _refuse_plain_files(subject)
    url = subject.index_url()
    assert url is not None
    return Figure(install_closure(url))


def _memory(subject: Subject, _effort: Effort, _stock: Stock) -> Figure:
    return Figure(subject.memory())


def _refuse_plain_files(subject: Subject) -> None:
    if subject.index_url() is None:
        raise NotOffered("plain files")


def list_measures(stock: Stock) -> list[Measure]:
    """Return what is measured of a filled index, in this order."""
    return [
        Measure("memory_before", "Memory, filled and restarted", MEMORY, _memory),
        Measure("page_json", "Index page, JSON", RATE, _load(_hot_page(JSON))),
        Measure("page_html", "Index page, HTML", RATE, _load(_hot_page(HTML))),
        Measure("not_modified", "Index page, 304", RATE, _load(_unchanged_page)),
        Measure("metadata", "`.metadata`", RATE, _load(_metadata)),
        Measure("file_100k", "File of 100 KB", RATE, _load(_file(MIDDLE))),
        Measure("file_20m", "File of 20 MB", RATE, _load(_file(BIG), least_seconds=2)),
        Measure("root", "List of all projects", RATE, _load(_root)),
        Measure("memory_after", "Memory after the load", MEMORY, _memory),
        Measure("changed_page", "Upload until its page shows it", MILLISECONDS, _changed_page),
        Measure("install", f"`uv pip install`, {stock.closure} packages", SECONDS, _install),
        Measure("cold_page", "First page after a restart", MILLISECONDS, _cold_page),
    ]


def list_long_measures(stock: Stock) -> list[Measure]:
    """Return what is measured once the project with very many files is there."""
    long_page = _load(_long_page(stock.long), least_seconds=3 if stock.long > 1_000 else 1)
    return [
        Measure("long_page", f"Page with {stock.long:,} files", RATE, long_page),
        Measure("memory_long", "Memory after that page", MEMORY, _memory),
    ]
