"""Poll every source of a workspace so many times in one process, as `serve` does.

python -m tests.bench.poll_passes HOME TIMES
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from archive.engine import open_engine
from core.workspace import load_workspace
from pactwatch.crawl import Newsdesk
from pactwatch.loop import run_in_loop
from scrapers.catalogue import load_sources


def main(home: Path, times: int) -> int:
    """Polls that found nothing new."""
    space = load_workspace(home)
    engine = open_engine(space.settings.database_url)
    sources, _ = load_sources(space.source_dirs)

    async def passes(stop: asyncio.Event) -> int:
        desk, unchanged = Newsdesk(space, engine), 0
        try:
            for _ in range(times):
                done = await desk.run_pass(sources, kind="run", stop=stop, everything=True)
                unchanged += sum(tally.outcome == "unchanged" for tally in done.sources.values())
        finally:
            desk.close()
        return unchanged

    return run_in_loop(passes)


if __name__ == "__main__":
    print(main(Path(sys.argv[1]), int(sys.argv[2])))
