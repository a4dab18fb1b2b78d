from bench.stock import CLOSURE, HOT, SMALL, spell_as_today, split_into_layers


def test_no_layer_has_a_project_twice():
    layers = split_into_layers(["a==1", "a==2", "b==1", "a==3"])

    assert layers == [["a==1", "b==1"], ["a==2"], ["a==3"]]


def test_old_spelling_of_a_project_is_brought_up_to_date():
    name = spell_as_today("backports.tarfile-1.2.0-py3-none-any.whl")

    assert name == "backports_tarfile-1.2.0-py3-none-any.whl"


def test_no_wheel_is_pinned_twice():
    pins = [*CLOSURE.read_text().split(), *SMALL.read_text().split()]

    assert len(pins) == len(set(pins)) == 200


def test_hot_project_has_ten_files_and_more():
    pins = [*CLOSURE.read_text().split(), *SMALL.read_text().split()]

    assert sum(pin.startswith(f"{HOT}==") for pin in pins) > 10
