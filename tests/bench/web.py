"""Outlets on loopback for the benches: python -m tests.bench.web PAGES OUTLETS ARTICLES SOURCES.

Each outlet has a robots.txt, a feed and so many articles: real pages whose words are mixed by paragraph, so that no two
are the same story. Writes {"outlets": [{"rss": …}]} to SOURCES, says so, and serves until its input ends.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count, cycle, islice
from pathlib import Path

from tests.outlet_server import Outlet, Reply
from tests.warc_files import shuffled_pages

_PARAGRAPH = re.compile(rb"(<p\b[^>]*>)([^<]{60,})")
_ADDRESS = re.compile(rb"<(?:link[^>]+canonical|meta[^>]+og:url|base\b)[^>]*>", re.IGNORECASE)


def mixed(body: bytes, paragraphs: list[bytes], number: int) -> bytes:
    """A page with paragraphs of other pages, its own mark in each of them, and without the address that it had."""
    turn = count(number * 7)

    def other(match: re.Match[bytes]) -> bytes:
        return match[1] + paragraphs[next(turn) * 31 % len(paragraphs)] + b" Ref %d." % number

    return _PARAGRAPH.sub(other, _ADDRESS.sub(b"", body))


def served_pages(folder: Path) -> Iterator[tuple[int, bytes]]:
    """The pages as they are served, without end, each with its number."""
    bodies = shuffled_pages(folder)
    paragraphs = [match[2] for body in bodies for match in _PARAGRAPH.finditer(body)] or [b"No paragraph was found."]
    return ((number, mixed(body, paragraphs, number)) for number, body in enumerate(cycle(bodies)))


def outlets(folder: Path, number: int, articles: int) -> list[Outlet]:
    """The outlets, ready to serve."""
    supply = served_pages(folder)
    made = []
    for place in range(number):
        outlet = Outlet(f"127.30.0.{place + 1}")
        outlet.routes["/robots.txt"] = Reply("User-agent: *\nAllow: /\n", "text/plain")
        links = []
        for serial, body in islice(supply, articles):
            outlet.routes[f"/news/{serial}-two-firms-join-forces"] = Reply(body, "text/html")
            links.append(f"{outlet.base}/news/{serial}-two-firms-join-forces")
        outlet.rss("/rss", *links)
        made.append(outlet)
    return made


def main(folder: Path, number: int, articles: int, sources: Path) -> int:
    """Serve until the input ends."""
    with ExitStack() as stack:
        served = [stack.enter_context(outlet.running()) for outlet in outlets(folder, number, articles)]
        feeds = [{"rss": f"{outlet.base}/rss"} for outlet in served]
        sources.write_text(json.dumps({"outlets": feeds}), encoding="utf-8")
        print("serving", flush=True)
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])))
