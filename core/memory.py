"""Keep a long-lived process small: give the memory of big pages back to the system when they are done."""

from __future__ import annotations

import ctypes
import sys

_M_MMAP_THRESHOLD, _M_ARENA_MAX, _M_TRIM_THRESHOLD = -3, -8, -1  # of glibc's malloc.h
_BIG = 128 * 1024


def give_back_memory() -> None:
    """Tell the C library to map big blocks on their own and to use few arenas. Does nothing but on Linux with glibc.

    By default glibc raises the size from which blocks are mapped as soon as one is freed; page bodies then come from
    the heap, which never shrinks again. Measured on a crawl of 1,000 pages of 280 kB: see docs/decisions.
    """
    if not sys.platform.startswith("linux"):
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library
        return
    for option, value in ((_M_MMAP_THRESHOLD, _BIG), (_M_TRIM_THRESHOLD, _BIG), (_M_ARENA_MAX, 2)):
        mallopt(option, value)
