from bench.figures import RATE, SECONDS, Figure, combine, compare, missing


def test_rounds_come_to_their_median():
    rounds = [Figure(90.0, 1.0, 4.0), Figure(110.0, 2.0, 6.0), Figure(400.0, 9.0, 9.0)]

    assert combine(rounds) == Figure(110.0, 2.0, 6.0)


def test_figures_without_latencies_stay_without():
    assert combine([Figure(2.0), Figure(4.0)]) == Figure(3.0)


def test_one_spoiled_round_spoils_the_cell():
    assert combine([Figure(90.0), missing("invalid: 3 socket errors")]).note.startswith("invalid")


def test_higher_rate_is_better():
    assert compare(Figure(300.0), Figure(100.0), RATE) == 3


def test_shorter_time_is_better():
    assert compare(Figure(2.0), Figure(5.0), SECONDS) == 2.5


def test_nothing_is_compared_with_what_is_not_offered():
    assert compare(Figure(2.0), missing("not offered"), RATE) is None
