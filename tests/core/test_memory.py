import gc

from app.core.memory import leave_alone_what_is_there


def test_what_is_there_is_left_alone():
    leave_alone_what_is_there()
    frozen = gc.get_freeze_count()
    gc.unfreeze()
    assert frozen > 0
