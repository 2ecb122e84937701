"""One file of old pages on its way into the archive: read in a thread, extracted in the pool, stored in order."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

from archive import backfills
from archive.backfills import Counts, Settled, Work
from core.captures import Capture, Left, Outlet, Position
from core.clock import now
from core.records import Page, Processed
from pactwatch.pool import BATCH_BYTES, BATCH_PAGES, ExtractionPool
from pactwatch.writer import BATCH_ROWS, BATCH_S, Writer
from scrapers.captures import Found, Wanted, captures

WINDOW = 1_000                 # records between the reader and the store; one slow page holds up those behind it
_RECORDS = 250                 # unwanted ones that the reader passes over at a time


class FileReading:
    """Reads a file from where an earlier run stopped.

    Pages leave the pool in any order. They are stored in the order of the file, so that a position says exactly what
    is done, and the same file always makes the same stories and versions.
    """

    def __init__(self, path: Path, wanted: Wanted, work: Work, pool: ExtractionPool, writer: Writer,
                 settled: Callable[[Counts, int], None]) -> None:
        self._work, self._pool, self._writer, self._settled = work, pool, writer, settled
        self._found = captures(path, wanted, work.after)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="warc")
        self._order: deque[Position] = deque()                   # of the records that are under way
        self._outlets: dict[int, Outlet] = {}
        self._results: dict[int, Processed | Left] = {}
        self._news = asyncio.Event()
        self._pages: list[tuple[Processed, Outlet]] = []         # in order, to be stored next
        self._left: Counter[str] = Counter()
        self._last: Position | None = None
        self._written = monotonic()
        self._writing: asyncio.Future[None] | None = None

    async def run(self) -> None:
        """Read the file to its end. When it is cancelled, what is ready is stored first."""
        loop = asyncio.get_running_loop()
        try:
            while chunk := await loop.run_in_executor(self._thread, _take, self._found):
                for position, found in chunk:
                    await self._take_up(position, found)
                await self._store_ready()
                while len(self._order) >= WINDOW:
                    await self._until_news()
            while self._order:
                await self._until_news()
        finally:
            if self._writing is not None:
                await self._writing
            self._advance()
            await self._write()
            await loop.run_in_executor(self._thread, self._found.close)
            self._thread.shutdown(wait=True)

    async def _take_up(self, position: Position, found: Capture | Left) -> None:
        self._order.append(position)
        if isinstance(found, Left):
            self._results[position.number] = found
            return
        self._outlets[position.number] = found.outlet
        # The address in the ledger is made when the article is stored; until then the record's number stands for it.
        await self._pool.submit(Page(
            position.number, found.outlet.source_id, found.url, found.url, found.body, found.encoding,
            found.fetched_at, language=found.outlet.language, publisher=found.outlet.publisher,
            recipe=found.outlet.recipe, outlet=found.outlet.name, country=found.outlet.country))

    def processed(self, results: list[Processed]) -> None:
        """Take what the pool made of pages."""
        for result in results:
            self._results[result.address_id] = result
        self._news.set()

    async def _until_news(self) -> None:
        await self._news.wait()
        self._news.clear()
        await self._store_ready()

    async def _store_ready(self) -> None:
        self._advance()
        if len(self._pages) >= BATCH_ROWS or monotonic() - self._written >= BATCH_S:
            self._writing = asyncio.ensure_future(self._write())
            await asyncio.shield(self._writing)  # a transaction that has begun is counted, also after Ctrl-C
            self._writing = None

    def _advance(self) -> None:
        """Move the records that are ready from the head of the order to what is stored next."""
        while self._order and self._order[0].number in self._results:
            self._last = self._order.popleft()
            result = self._results.pop(self._last.number)
            outlet = self._outlets.pop(self._last.number, None)
            if isinstance(result, Processed) and result.article is not None and outlet is not None:
                self._pages.append((result, outlet))
            else:
                self._left[str(result.outcome if isinstance(result, Processed) else result)] += 1

    async def _write(self) -> None:
        last, self._last = self._last, None
        self._written = monotonic()
        if last is None:
            return
        settled = Settled(tuple(self._pages), self._left, last)
        self._pages, self._left = [], Counter()
        counts = await self._writer.call(backfills.settle, self._work, settled, now())
        self._work.counts.add(counts)  # not before it is written
        self._settled(counts, last.offset)


def _take(found: Iterator[Found]) -> list[Found]:
    """The next records: a batch of pages, or a stretch of unwanted records."""
    chunk: list[Found] = []
    pages = size = 0
    for position, item in found:
        chunk.append((position, item))
        if isinstance(item, Capture):
            pages, size = pages + 1, size + len(item.body)
        if pages >= BATCH_PAGES or size >= BATCH_BYTES or len(chunk) >= _RECORDS:
            break
    return chunk
