"""Clicks are written to files before Slack is told that they arrived, and from there into the journal.

A database that another process holds, or a crash, costs no click: the file waits for the next try.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from alerts.buttons import read_click
from archive import feedback
from archive.engine import Engine, writing
from archive.feedback import Noted, Said
from core import clock
from core.logs import get_logger

FOLDER = Path("data") / "clicks"

log = get_logger("feedback")

Settled = tuple[dict[str, Any], Said, Noted]      # the click, what it said, and what became of it


def keep(home: Path, payload: Mapping[str, Any]) -> Path:
    """Write a click down so that it outlives this process and the machine's power. Its file goes when it is settled."""
    folder = home / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    kept = {name: payload.get(name) for name in ("user", "container", "actions", "response_url")}
    path = folder / f"{clock.now():%Y%m%dT%H%M%S%f}-{uuid4().hex}.json"
    part = path.with_suffix(".part")
    # A response_url lets whoever has it answer in the channel.
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(kept, file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    return path


def settle(engine: Engine, home: Path, mute_days: int) -> Iterator[Settled]:
    """Take every click that waits into the journal; those that were known are only removed. May run side by side."""
    folder = home / FOLDER
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        try:
            payload = json.loads(path.read_text(encoding="utf-8"))
            said = read_click(payload, mute_days)
        except FileNotFoundError:                  # another process was first
            continue
        except (ValueError, AttributeError, TypeError):
            log.warning("click cannot be read", file=str(path))
            path.replace(path.with_suffix(".bad"))
            continue
        with writing(engine) as connection:
            noted = [(one, feedback.note(connection, one, clock.now())) for one in said]
        path.unlink(missing_ok=True)
        yield from ((payload, one, made) for one, made in noted if made is not None)


def settle_all(engine: Engine, home: Path, mute_days: int) -> int:
    """`settle` where nobody is answered; how many were new."""
    return sum(1 for _ in settle(engine, home, mute_days))
