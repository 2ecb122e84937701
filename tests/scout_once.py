"""Look at several outlets in one process and print what came of each: the tests start it, for a reactor runs once.

Usage: python scout_once.py HOME SECONDS URL…; HOME is a workspace.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import timedelta
from pathlib import Path

from core.workspace import Workspace, load_workspace
from tests.programs import run


async def scout_all(space: Workspace, urls: list[str], seconds: float) -> dict[str, dict]:
    from pactwatch.scout import file_of, scout
    from pipeline.process import Processor

    processor = Processor(space.knowledge_dirs, space.rule_dirs)
    found = await asyncio.gather(*(scout(space, url, processor, within=timedelta(seconds=seconds)) for url in urls))
    return {
        url: {
            "name": one.look.name, "home": one.look.home, "language": one.look.language,
            "chosen": [[c.kind, c.url] for c in one.chosen],
            "dropped": {c.url: c.dropped for c in one.look.candidates if c.dropped},
            "candidates": [c.as_json() for c in one.look.candidates],
            "previews": [p.as_json() for p in one.previews],
            "articles": one.articles, "paywall": one.paywall, "reasons": one.reasons,
            "file": file_of(one) if one.chosen else "",
            "requests": one.look.requests, "seconds": one.look.seconds,
        }
        for url, one in zip(urls, found, strict=True)
    }


def run_scout(home: Path, *urls: str, seconds: float = 60, timeout: float = 90) -> dict[str, dict]:
    """Start this file as a program of its own; what it printed."""
    done = run(__file__, str(home), str(seconds), *urls, timeout=timeout)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    found: dict[str, dict] = json.loads(done.stdout)
    return found


def main() -> None:
    from pactwatch.cli.common import _plain
    from pactwatch.loop import run_in_loop

    home, seconds, *urls = sys.argv[1:]
    space = load_workspace(Path(home))
    found = run_in_loop(lambda _stop: scout_all(space, urls, float(seconds)))
    sys.stdout.write(json.dumps(found, default=_plain))


if __name__ == "__main__":
    main()
