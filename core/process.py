"""Which process holds a claim, and whether it still lives: a claim of a dead process is void at once."""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def _stat(pid: int) -> tuple[str, str]:
    """State letter and start time (clock ticks since boot) of a process on Linux; empty where that is unknown."""
    try:
        # The command name (field 2) may hold spaces and brackets; the fields after it do not.
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return "", ""
    return fields[0], fields[19]


@cache
def _identity(pid: int) -> str:
    return f"{socket.gethostname()}:{pid}:{_stat(pid)[1]}"


def identity() -> str:
    """This process as `host:pid:start`: what stands in `claimed_by`."""
    return _identity(os.getpid())


def is_gone(holder: str) -> bool:
    """True where the holder ran on this host and is no longer there; False where that cannot be known."""
    host, pid_text, started = ["", "", *holder.rsplit(":", 2)][-3:]
    if host != socket.gethostname() or not pid_text.isdigit():
        return False
    try:
        os.kill(int(pid_text), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    state, since = _stat(int(pid_text))
    # A zombie does no work any more; another start time means that the id was given to a new process.
    return state == "Z" or (bool(since) and bool(started) and since != started)


def resident(pid: int) -> int:
    """Bytes of memory that a process holds; 0 where that is unknown."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def effort(pid: int) -> tuple[bool, float]:
    """Whether a process works or waits for its turn to, and the seconds of the processor that it has used."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return False, 0.0
    return fields[0] == "R", (int(fields[11]) + int(fields[12])) / _TICKS
