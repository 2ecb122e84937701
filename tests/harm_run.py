"""Run `pactwatch` in a process whose names resolve as a file says: the web of the tests has no name server.

Usage: python harm_run.py NAMES.json COMMAND…; an entry of the file is a name and the answers that it gets in turn,
each a list of addresses.
"""

from __future__ import annotations

import ctypes
import itertools
import json
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any

from pactwatch.start import main


def resolve_by(table: dict[str, list[list[str]]]) -> None:
    """Answer `getaddrinfo` for these names from the table, and for all others as ever."""
    ask = socket.getaddrinfo
    turns = {name: itertools.cycle(answers) for name, answers in table.items()}

    def answer(host: Any, port: Any, *rest: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name in turns:
            return [found for address in next(turns[name]) for found in ask(address, port, *rest, **named)]
        return ask(host, port, *rest, **named)

    socket.getaddrinfo = answer


def read_with_harm() -> None:
    """In an extraction process: let pages that say so crash it, or fill its memory."""
    from pipeline import process

    read, hoard = process.work, []

    def work(pages: Any, *rest: Any) -> Any:
        if b"harm: crash" in pages[0].body:
            ctypes.string_at(1)
        if b"harm: memory" in pages[0].body:
            for _ in range(600):
                hoard.append(b"x" * 1_000_000)
                time.sleep(0.001)
        return read(pages, *rest)

    process.work = work  # type: ignore[assignment]


if __name__ == "__mp_main__" and os.environ.get("PACTWATCH_TESTS_HARM"):
    read_with_harm()

if __name__ == "__main__":
    resolve_by(json.loads(Path(sys.argv.pop(1)).read_text(encoding="utf-8")))
    if busy := os.environ.get("PACTWATCH_TESTS_BUSY_MS"):
        from archive import engine

        engine.BUSY_MS = int(busy)  # nobody wants to wait half a minute for a test
    main()
