"""`backfill` of bench_workers: many files, workers that are killed at random, each article once."""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from pathlib import Path

from archive.migrate import upgrade
from core.workspace import load_workspace
from pactwatch.cli.common import upgrade_queue
from tests.bench.workers_server import server
from tests.fleet import Fleet, archive, asked, make_home
from tests.programs import Program
from tests.warc_files import page, record, write

_TEXT = """a harbour opened near the old mountain railway and copper was found below the village while an engine that
nobody had repaired for years carried sailors to the winter market across the long silver bridge"""
_WORDS = _TEXT.split()


def shard(folder: Path, number: int, pages: int) -> Path:
    """A file of articles that nobody else has."""
    chance = random.Random(number)
    records = []
    for one in range(pages):
        text = [" ".join(chance.choices(_WORDS, k=90)) + "." for _ in range(12)]
        title = f"{' '.join(chance.choices(_WORDS, k=6))} {number} {one}"
        records.append(record(f"https://outlet{number % 7}.example/{number}/{one}", page(title.capitalize(), *text)))
    return write(folder / f"shard-{number:03}.warc.gz", *records)


def backfill(options: argparse.Namespace) -> int:
    """Time of one worker that nobody disturbs for a part of the files, then of several that are killed, for all."""
    with server() as place, tempfile.TemporaryDirectory(prefix="pactwatch-bench-") as folder, \
            Fleet(Path(folder) / "home") as fleet:
        make_home(fleet.home, place.url, 1, 1, 1)
        engine = archive(place.url)
        upgrade(engine)
        upgrade_queue(load_workspace(fleet.home), engine)
        files = [shard(Path(folder), number, options.pages) for number in range(options.shards)]
        fleet.start("serve")
        worker = fleet.start("worker", "--queues", "backfill")
        time.sleep(8)
        some = max(2, options.shards // 10)
        single = _read(fleet, files[:some], [worker], 0)
        workers = [worker, *(fleet.start("worker", "--queues", "backfill") for _ in range(options.workers - 1))]
        time.sleep(8)
        calm = _read(fleet, files[some:2 * some], workers, 0)
        killed = _read(fleet, files[2 * some:], workers, options.kills)
        expected = calm / some * (options.shards - 2 * some)
        [(articles, urls)] = asked(engine, "SELECT count(*), count(DISTINCT url) FROM articles")
        print(f"{articles} articles at {urls} addresses of {options.shards * options.pages} pages")
        print(f"{some} files by one worker {single:.1f} s, by {options.workers} {calm:.1f} s")
        print(f"{options.shards - 2 * some} files with {options.kills} kills {killed:.1f} s: "
              f"{killed / expected:.2f} of the sum of their parts")
        return int(articles != urls or articles != options.shards * options.pages)


def _read(fleet: Fleet, files: list[Path], workers: list[Program], kills: int) -> float:
    """The seconds until all are read. A worker that is killed is started anew, as a service manager does."""
    began = time.monotonic()
    command = fleet.start("backfill", *map(str, files), "--any-outlet", "--workers", "--json")
    chance, left = random.Random(7), kills
    while command.poll() is None:
        time.sleep(0.2)
        if left and chance.random() < 0.2:
            victim = chance.randrange(len(workers))
            workers[victim].kill()
            workers[victim] = fleet.start("worker", "--queues", "backfill")
            left -= 1
    out, said = command.communicate(timeout=60)
    assert command.returncode == 0, said
    found = json.loads(out)
    assert found["done"] == found["files"], found
    return time.monotonic() - began
