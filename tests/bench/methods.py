"""Read pages by one method, and print the CPU that it took as JSON: python methods.py METHOD PAGES MOST.

Runs in any environment that has the method's library: it imports nothing of ours, but for our own methods.
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

Read = Callable[[bytes], str | None]
WARM_UP = 40  # pages that are read before the clock runs, and not again: what is loaded once is no cost of a page


def ours() -> Read:
    """The whole of it: extraction, metadata, language, signature, names, events, rules."""
    from core.clock import now
    from core.records import Page
    from core.workspace import shipped
    from pipeline.process import warm, work

    warm([shipped("pipeline", "knowledge")], [shipped("pipeline", "rules")])
    url = "http://bench.example/a"

    def read(body: bytes) -> str | None:
        done = work([Page(1, "bench", url, url, body, None, now())])[0]
        return done.article.text if done.article else None

    return read


def ours_extract() -> Read:
    """Extraction with metadata and language, and the signature."""
    import gc

    from core.errors import SkipDocument
    from pipeline.dedupe import signature
    from pipeline.extract import extract
    from pipeline.process import GC_THRESHOLD

    gc.set_threshold(GC_THRESHOLD)  # as in the processes of the pool

    def read(body: bytes) -> str | None:
        try:
            article = extract(body, "http://bench.example/a")
        except SkipDocument:
            return None
        signature(article.title, article.text)
        return article.text

    return read


def trafilatura_with(**options: Any) -> Callable[[], Read]:
    """Trafilatura with some of its options."""

    def load() -> Read:
        bare_extraction = import_module("trafilatura").bare_extraction

        def read(body: bytes) -> str | None:
            found = bare_extraction(body, **options)
            return found.text if found is not None else None

        return read

    return load


def newspaper4k() -> Read:
    newspaper = import_module("newspaper")

    def read(body: bytes) -> str | None:
        article = newspaper.Article("http://bench.example/a", fetch_images=False)
        article.download(input_html=body.decode("utf-8", "replace"))
        article.parse()
        return str(article.text)

    return read


def newsplease() -> Read:
    from_html = import_module("newsplease").NewsPlease.from_html

    def read(body: bytes) -> str | None:
        found = from_html(body.decode("utf-8", "replace"), url="http://bench.example/a", fetch_images=False)
        return str(found.maintext or "")

    return read


METHODS: dict[str, Callable[[], Read]] = {
    "trafilatura": trafilatura_with(with_metadata=True),
    "trafilatura-fast": trafilatura_with(with_metadata=True, fast=True),
    "ours-extract": ours_extract,
    "ours": ours,
    "newspaper4k": newspaper4k,
    "newsplease": newsplease,
}


def main(name: str, folder: Path, most: int) -> None:
    """Measure, and print."""
    files = [path for path in sorted(folder.rglob("*.htm*")) if path.is_file()]
    bodies = [gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
              for path in islice(files, most + WARM_UP)]
    read = METHODS[name]()
    # A small folder warms and is measured with the same pages.
    first, bodies = (bodies[:WARM_UP], bodies[WARM_UP:]) if len(bodies) > 2 * WARM_UP else (bodies, bodies)
    for body in first:
        attempt(read, body)
    began = time.process_time()
    texts = [attempt(read, body) for body in bodies]
    used = time.process_time() - began
    print(json.dumps({"cpu": used, "pages": len(bodies), "texts": sum(bool(text) for text in texts),
                      "letters": sum(len(text or "") for text in texts)}))


def attempt(read: Read, body: bytes) -> str | None:
    """The text of a page; a library that fails on it has none."""
    try:
        return read(body)
    except Exception:  # noqa: BLE001 - a peer may raise anything, and is measured all the same
        return None


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
