"""A replay by many processes: ranges of articles are left to workers or to Ray, and what they find is put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from archive import replay as stored
from archive import replays
from archive.engine import Engine, reading, writing
from archive.replays import Asked
from core.clock import now
from core.workspace import Workspace
from pactwatch.replay import Tried, Window
from pactwatch.replay_shard import unpacked
from pipeline.rulebook import Rule


@dataclass
class Progress:
    """How far a replay is."""

    total: int = 0
    done: int = 0  # articles
    waiting: int = 0  # shards
    problems: list[str] = field(default_factory=list)


def leave(space: Workspace, engine: Engine, rule: Rule, window: Window, *, annotate: bool) -> int:
    """Leave a replay to whoever does it; its number. The same one goes on where it was interrupted."""
    asked = Asked(rule.id, _text_of(space, rule), annotate, window.since, window.until)
    with reading(engine) as connection:
        ranges = stored.ranges(connection, window.since, window.until, replays.SHARD)
    with writing(engine) as connection:
        return replays.begin(connection, asked, ranges, now())


def _text_of(space: Workspace, rule: Rule) -> str:
    """The rule's file, of the last folder that has one: it wins."""
    files = [folder / f"{rule.id}.yaml" for folder in space.rule_dirs]
    return next(file for file in reversed(files) if file.is_file()).read_text(encoding="utf-8")


def shards(engine: Engine, replay_id: int) -> list[int]:
    """The numbers of its shards."""
    with reading(engine) as connection:
        return [row.id for row in replays.shards(connection, replay_id)]


def progress(engine: Engine, replay_id: int) -> Progress:
    """How far it is."""
    with reading(engine) as connection:
        rows = replays.shards(connection, replay_id)
    return Progress(sum(row.articles for row in rows), sum(row.articles for row in rows if row.ended_at),
                    sum(not row.ended_at and row.problem is None for row in rows),
                    [row.problem for row in rows if row.problem and not row.ended_at])


def result(engine: Engine, replay_id: int) -> Tried:
    """What was found, as if one process had done it all."""
    with reading(engine) as connection:
        rows: list[Any] = replays.shards(connection, replay_id, found=True)
    tried = Tried(total=sum(row.articles for row in rows))
    for row in rows:
        if row.ended_at:
            tried.seen += unpacked(row.found)
            tried.read.append((row.first, row.last, row.articles))
    tried.interrupted = tried.articles < tried.total
    tried.seen.sort()
    return tried
