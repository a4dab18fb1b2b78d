"""How a process deals with the memory of the machine."""

import ctypes
import gc

_M_MMAP_THRESHOLD = -3
_LARGE = 1024 * 1024


def give_large_blocks_back() -> None:
    """Let the C library return large blocks at once, where it is glibc.

    By itself it learns from each password check (19 MiB) to keep such blocks,
    one for every thread that ever checked a password.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE)


def leave_alone_what_is_there() -> None:
    """Let the garbage collector never again look at what has been made until now.

    The application is there for ever, and to look through all of it takes a tenth of a
    second, within some request.
    """
    gc.collect()
    gc.freeze()
