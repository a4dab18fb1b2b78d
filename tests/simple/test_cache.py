from hypothesis import given
from hypothesis import strategies as st

from app.simple.cache import Cache


def test_what_was_kept_is_found():
    cache = Cache(1_000)
    cache.put("page", "bytes", 10)
    assert cache.get("page") == "bytes"
    assert cache.get("other") is None


def test_what_is_asked_for_outlives_what_is_not():
    cache = Cache(160)
    cache.put("asked", 1, 20)
    cache.put("forgotten", 2, 20)
    for number in range(20):
        assert cache.get("asked") == 1
        cache.put(number, number, 20)
    assert cache.get("forgotten") is None


def test_what_is_too_large_is_not_kept_and_pushes_nothing_out():
    cache = Cache(160)
    cache.put("small", 1, 10)
    cache.put("huge", 2, 100)
    assert cache.get("huge") is None
    assert cache.get("small") == 1


def test_what_is_too_large_leaves_nothing_older_in_its_place():
    cache = Cache(200)
    cache.put("page", 1, 1)
    for number in range(4):
        cache.put(number, number, 25)
    cache.put("page", 2, 26)
    assert cache.get("page") is None


def test_a_cache_without_room_keeps_nothing():
    cache = Cache(0)
    cache.put("page", 1, 1)
    assert cache.get("page") is None


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 60), st.booleans())))
def test_what_is_kept_never_weighs_more_than_the_bound(deeds):
    cache, sizes = Cache(200), {}
    for key, size, is_put in deeds:
        if is_put:
            cache.put(key, size, size)
            sizes[key] = size
        else:
            assert cache.get(key) in {None, sizes.get(key)}
        weights = [size for _value, size in [*cache._young.values(), *cache._old.values()]]
        assert sum(weights) <= 200
