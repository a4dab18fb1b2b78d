import json
import time

import pytest
from sqlalchemy import event

from app.core import clock
from app.core.database import transaction
from app.core.jobs import enqueue, promise_daily, sweep
from app.extensions import db
from app.indexes.queries import get_fresh_index, get_index
from app.mirror import loading
from app.mirror.exceptions import UpstreamMissing, UpstreamUnavailable
from app.mirror.loading import ListShrunk, MirrorOff, load_names
from app.mirror.models import MirroredProject, UpstreamState
from app.mirror.stock import iterate_names
from app.search.queries import count_known, find_known
from app.simple.shelf import the_shelf
from tests.upstreams import V1_JSON, CutShort, ErrorPage, Reply, Status, Truncate, UpstreamServer


@pytest.fixture
def upstream(app, monkeypatch):
    with UpstreamServer() as server:
        monkeypatch.setitem(app.config, "UPSTREAMS", {"pypi": server.url})
        monkeypatch.setitem(app.extensions, "upstreams", {})
        yield server


@pytest.fixture
def pypi(app):
    return get_index("pypi").id


def load():
    return load_names(get_index("pypi"))


def known(index_id):
    return [normalized for _name, normalized in iterate_names(index_id, "", "~")]


def offer(upstream, *names, style="json"):
    upstream.style = style
    upstream.projects.clear()
    for name in names:
        upstream.project(name)


@pytest.mark.parametrize("style", ["json", "html"])
def test_names_come_from_json_and_from_html(upstream, pypi, style):
    offer(upstream, "Flask", "zope.interface", style=style)

    loaded = load()

    assert (loaded.count, loaded.learned, loaded.forgotten) == (2, 2, 0)
    assert known(pypi) == ["flask", "zope-interface"]
    assert find_known(pypi, "zope-interface").name == "zope.interface"


def test_only_new_and_vanished_names_are_written(upstream, pypi, monkeypatch):
    monkeypatch.setattr(loading, "BATCH", 3)
    offer(upstream, *(f"p{number}" for number in range(10)))
    load()
    offer(upstream, *(f"p{number}" for number in range(1, 10)), "q")

    loaded = load()

    assert (loaded.count, loaded.learned, loaded.forgotten) == (10, 1, 1)
    assert known(pypi) == [f"p{number}" for number in range(1, 10)] + ["q"]


def test_a_list_that_is_the_same_writes_nothing(upstream, pypi):
    offer(upstream, "a", "b")
    load()
    before = get_fresh_index("main").names_serial

    loaded = load()

    assert (loaded.count, loaded.learned, loaded.forgotten) == (2, 0, 0)
    assert upstream.log[-1].headers["if-none-match"]
    assert get_fresh_index("main").names_serial == before


def test_a_list_without_validators_is_known_by_its_bytes(upstream, pypi):
    upstream.has_validators = False
    offer(upstream, "a", "b")
    load()
    db.session.get(UpstreamState, pypi).names_count = 2

    assert load().learned == 0
    assert "if-none-match" not in upstream.log[-1].headers


def test_a_name_that_was_copied_stays_when_the_upstream_drops_it(upstream, pypi):
    offer(upstream, "a", "b", "c")
    load()
    moment = clock.now()
    db.session.add(
        MirroredProject(
            index_id=pypi,
            normalized_name="a",
            fetched_at=moment,
            changed_at=moment,
            body_sha256="0" * 64,
        )
    )
    db.session.commit()
    offer(upstream, "c", "d")

    load()

    assert known(pypi) == ["a", "c", "d"]


def test_an_interrupted_loading_is_done_again(upstream, pypi, monkeypatch):
    monkeypatch.setattr(loading, "BATCH", 2)
    offer(upstream, "a", "b", "c", "d")

    def stop_after_one(batches):
        yield batches[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_names(get_index("pypi"), loading.Follower(writing=stop_after_one))
    assert known(pypi) == ["a", "b"] or known(pypi) == []

    load()

    assert known(pypi) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("trouble", [Status(503), Truncate(), CutShort(), ErrorPage()])
@pytest.mark.parametrize("style", ["json", "html"])
def test_what_is_no_whole_list_changes_nothing(upstream, pypi, trouble, style):
    offer(upstream, "a", "b", style=style)
    load()
    offer(upstream, "a", "b", "c", style=style)
    upstream.breaks(trouble)

    with pytest.raises((UpstreamUnavailable, ListShrunk)):
        load()

    assert known(pypi) == ["a", "b"]


def test_a_list_with_an_anchor_that_does_not_end_is_left_at_once(upstream, pypi):
    endless = b"<a href='" + b" " * 16 * 1024 * 1024
    upstream.pages["/simple/"] = Reply(200, "text/html", endless)
    started = time.monotonic()

    with pytest.raises(UpstreamUnavailable):
        load()

    assert time.monotonic() - started < 20


def test_a_list_with_less_than_half_of_the_names_is_not_believed(upstream, pypi):
    offer(upstream, *"abcdefgh")
    load()
    offer(upstream, *"abc")

    with pytest.raises(ListShrunk):
        load()

    assert count_known(pypi) == 8


def test_names_that_no_project_may_have_are_left_out(upstream, pypi):
    names = ["ok", "", "-x", "a b", "<script>", "ключ", "x" * 300, "a\x00b", None, 5]
    told = {"meta": {}, "projects": [{"name": name} for name in names]}
    upstream.pages["/simple/"] = Reply(200, V1_JSON, json.dumps(told).encode())

    assert load().count == 1
    assert known(pypi) == ["ok"]


def test_the_list_in_json_may_have_further_keys(upstream, pypi):
    told = (
        '{"meta":{"x":[1]},"projects":[ {"_last-serial":7,"name":"a","x":{"]":"}"}} ,{"name":"b"}]}'
    )
    upstream.pages["/simple/"] = Reply(200, V1_JSON, told.encode())

    load()

    assert known(pypi) == ["a", "b"]


def test_an_upstream_without_a_list_says_so(upstream):
    upstream.breaks(Status(404))
    with pytest.raises(UpstreamMissing):
        load()


def test_a_mirror_that_is_off_asks_nobody(app):
    with pytest.raises(MirrorOff):
        load()


def test_popular_names_have_their_rank(upstream, pypi):
    offer(upstream, "requests", "a-name-nobody-knows")
    load()
    assert 0 < find_known(pypi, "requests").rank < 50
    assert find_known(pypi, "a-name-nobody-knows").rank is None


def test_lists_that_show_the_names_are_new_afterwards(upstream, client):
    assert "flask" not in client.get("/simple/").text
    offer(upstream, "flask")
    before = {slug: get_fresh_index(slug).names_serial for slug in ("main", "staging", "pypi")}
    stem = the_shelf().root_list("main", get_fresh_index("main").generation)
    assert the_shelf().find(stem, "html") is not None

    load()

    assert the_shelf().find(stem, "html") is None
    for slug, serial in before.items():
        assert get_fresh_index(slug).names_serial > serial, slug


def test_no_transaction_writes_more_than_one_batch(upstream, pypi, monkeypatch):
    monkeypatch.setattr(loading, "BATCH", 10)
    offer(upstream, *(f"p{number}" for number in range(95)))
    written = []

    @event.listens_for(db.engines[None], "before_cursor_execute")
    def note(_c, _cursor, statement, parameters, _context, executemany):
        if statement.startswith("INSERT INTO listing ("):
            written.append(len(parameters) if executemany else 1)

    load()
    event.remove(db.engines[None], "before_cursor_execute", note)

    assert written == [10] * 9 + [5]


def test_the_days_work_renews_the_names_of_those_that_were_loaded(upstream, pypi):
    offer(upstream, "a")
    promise_daily()
    sweep()
    assert known(pypi) == []

    load()
    offer(upstream, "a", "b")
    with transaction():
        enqueue("load-names")
    sweep()
    assert known(pypi) == ["a", "b"]


def test_the_command_tells_what_came(app, upstream):
    offer(upstream, "a", "b")
    done = app.test_cli_runner().invoke(args=["mirror", "names"])
    assert done.exit_code == 0, done.output
    assert "2 names: 2 new, 0 no longer there." in done.output


def test_the_command_says_in_one_sentence_that_the_mirror_is_off(app):
    done = app.test_cli_runner().invoke(args=["mirror", "names"])
    assert done.exit_code == 1
    assert "UPSTREAM_URL" in done.output
