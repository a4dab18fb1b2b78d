import threading

import pytest

from app.core.crews import HANDS, Interrupted, work_through
from app.core.runtime import setting


def test_results_come_in_the_order_of_the_items(app):
    done = list(work_through(range(20), lambda number, _bell: -number, label="Working"))
    assert done == [(number, -number) for number in range(20)]


def test_each_has_a_context_of_its_own(app):
    (found,) = work_through(["SITE_NAME"], lambda name, _bell: setting(name), label="Working")
    assert found == ("SITE_NAME", "Tilsit")


def test_a_few_work_at_the_same_time(app):
    together = threading.Barrier(HANDS, timeout=10)
    list(work_through(range(HANDS), lambda _item, _bell: together.wait(), label="Working"))


def test_who_waits_hears_that_the_work_is_to_end(app):
    waiting, heard = threading.Event(), threading.Event()

    def work(item, bell):
        if item == "fails":
            assert waiting.wait(10)
            raise ZeroDivisionError
        waiting.set()
        # As somebody who looks at the bell now and then.
        while not bell.is_set():
            threading.Event().wait(0.005)
        heard.set()
        raise Interrupted

    with pytest.raises(ZeroDivisionError):
        list(work_through(["fails", "waits"], work, label="Working"))
    assert heard.is_set()


def test_nothing_more_begins_when_somebody_stops_looking(app):
    begun = []

    def work(item, bell):
        begun.append(item)
        if item:
            while not bell.is_set():
                threading.Event().wait(0.005)

    results = work_through(range(100), work, label="Working")
    assert next(results) == (0, None)
    results.close()
    assert len(begun) <= HANDS + 1
