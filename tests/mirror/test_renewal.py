"""One question for a project, however many want to know."""

import threading
import time
from datetime import timedelta

import httpx
import pytest

from app.core.database import release_connection
from app.extensions import db
from app.indexes.queries import get_index
from app.mirror.asking import ask
from app.mirror.documents import pack, unpack
from app.mirror.exceptions import UpstreamUnavailable
from app.mirror.models import MirrorDay, UpstreamState
from app.mirror.source import link_to, mirror_source
from app.mirror.stock import RecentDocuments, State
from tests.upstreams import V1_JSON, Reply, Slow, Status


def freshen_in_threads(house, count, names=("six",)):
    """Freshen in many threads at once; return what came of it."""
    gate, outcomes = threading.Barrier(count), []

    def ask(name):
        with house.app_context():
            source = mirror_source(get_index("pypi"))
            release_connection()
            gate.wait(30)
            try:
                outcomes.append(source.freshen(name))
            except UpstreamUnavailable as error:
                outcomes.append(error)

    threads = [
        threading.Thread(target=ask, args=(names[number % len(names)],)) for number in range(count)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_fifty_threads_ask_once(house, mirror, upstream):
    upstream.add_wheel("six")

    assert freshen_in_threads(house, 50) == [True] * 50
    assert len(upstream.log) == 1


def test_fifty_threads_ask_once_when_it_is_not_there(house, mirror, upstream):
    assert freshen_in_threads(house, 50) == [False] * 50
    assert len(upstream.log) == 1


def test_fifty_threads_ask_once_when_nothing_stays_fresh(house, mirror, upstream, settings):
    settings["MIRROR_TTL"] = timedelta(0)
    upstream.add_wheel("six")
    upstream.breaks(Slow(0.3))

    assert freshen_in_threads(house, 50) == [True] * 50
    assert len(upstream.log) == 1


def test_fifty_threads_hear_of_one_failure(house, mirror, upstream):
    upstream.breaks(Status(500))

    outcomes = freshen_in_threads(house, 50)

    assert {type(outcome) for outcome in outcomes} == {UpstreamUnavailable}
    assert len(upstream.log) == 1


def test_different_projects_do_not_wait_for_each_other(house, mirror, upstream):
    names = [f"project{number}" for number in range(20)]
    for name in names:
        upstream.add_wheel(name)
    upstream.breaks(Slow(0.5))
    start = time.monotonic()

    assert freshen_in_threads(house, 20, names) == [True] * 20
    assert time.monotonic() - start < 8
    assert len(upstream.log) == 20


def test_nobody_who_waits_holds_a_connection(house, mirror, upstream):
    """Fifty wait, and the pool has fifteen."""
    upstream.breaks(Slow(1))
    upstream.add_wheel("six")

    assert freshen_in_threads(house, 50) == [True] * 50


def test_who_has_something_to_show_waits_a_moment_only(source, upstream, settings):
    upstream.add_wheel("six")
    source.freshen("six")
    settings["MIRROR_TTL"] = timedelta(0)
    upstream.breaks(Slow())
    waits = []
    for _ in range(3):
        start = time.monotonic()
        assert source.freshen("six") is True
        waits.append(time.monotonic() - start)

    assert 1 < waits[0] < 3
    # The same question is on its way still.
    assert max(waits[1:]) < 0.5


def test_rest_after_failures_is_written_down(source, upstream, settings):
    upstream.breaks(Status(500))
    for name in ("one", "two", "three", "four"):
        with pytest.raises(UpstreamUnavailable):
            source.freshen(name)

    db.session.rollback()
    state = db.session.query(UpstreamState).one()
    assert (state.is_up, state.last_error) == (False, "HTTP 500")
    assert len(upstream.log) == 3
    assert db.session.query(MirrorDay).one().failures == 3


def test_upstream_that_answers_is_up_again(source, mirror, upstream):
    db.session.add(
        UpstreamState(
            index_id=mirror.id, is_up=False, since=mirror.created_at, last_error="HTTP 500"
        )
    )
    db.session.commit()

    source.freshen("six")

    db.session.rollback()
    state = db.session.get(UpstreamState, mirror.id, populate_existing=True)
    assert state.is_up
    assert state.since > mirror.created_at


def test_documents_used_longest_ago_are_forgotten(house):
    recent = RecentDocuments(most_bytes=5000)

    class Sized:
        entries = (0,) * 1

    state = State(1, None, None, None, None, "a")
    for number in range(3):
        recent.keep((1, str(number)), state, Sized())
    recent.keep((1, "0"), state, Sized())

    assert recent.find((1, "1"), state) is None
    assert recent.find((1, "0"), state)
    assert recent.find((1, "0"), state._replace(serial=2)) is None


def test_40000_files_are_read_and_shown(source, upstream):
    upstream.add_many("big", 40_000)
    body = httpx.get(f"{upstream.url}big/", headers={"Accept": V1_JSON}).content
    upstream.pages["/simple/big/"] = Reply(200, V1_JSON, body)

    packed = pack(ask(source.upstream, "big").document)

    assert len(page_of(unpack(packed))) == 40_000


def page_of(document):
    return [link_to(entry) for entry in document.entries]
