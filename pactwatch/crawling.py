"""The crawl of a worker: jobs hand parts of the catalogue in, and one pass at a time takes them all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from core.logs import get_logger
from pactwatch.crawl import Newsdesk
from pactwatch.intake import LOOK_S, Guests, Sources
from pactwatch.parts import Part, part_of
from pactwatch.summary import PassSummary
from scrapers.source import SourceFile

log = get_logger("crawl")

# What a job waits for its sources, so that it is over before the next look: the slow ones go on, and their claims say
# so. A worker has places for a few jobs only; with a longer wait slow sources of some parts make all others late.
HOLD_S = LOOK_S - 1


@dataclass(eq=False, slots=True)
class _Invitation:
    """A part that a job handed in, and its sources that are under way."""

    part: Part
    done: asyncio.Future[int]  # how many sources it had
    left: set[str] = field(default_factory=set)
    had: int = 0
    awaited: bool = True


class Crawling(Guests):
    """Crawls for jobs, in one Crawler: so hosts keep their pace, and a slow source keeps nobody waiting."""

    def __init__(self, desk: Newsdesk, present: Sources, stop: asyncio.Event, found: Callable[[], None], *,
                 shared: bool) -> None:
        """`found` is called when articles were stored that a rule flagged. `shared`: by jobs of many processes."""
        self._kind = "worker" if shared else "serve"
        self.desk, self._present, self._stop, self._found = desk, present, stop, found
        self._waiting: list[_Invitation] = []
        self._asked: list[_Invitation] = []
        self._seated: set[_Invitation] = set()
        self._news = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._hits = self.passes = 0
        self._failure: BaseException | None = None  # of a pass for which no job waited any more

    async def crawl(self, part: Part) -> int:
        """Poll what is due in a part. Returns when that is done, or goes on for longer than a job should."""
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure
        mine = _Invitation(part, asyncio.get_running_loop().create_future())
        self._waiting.append(mine)
        self._news.set()
        if self._running is None:
            self._running = asyncio.ensure_future(self._run())
            self._running.add_done_callback(self._over)
        done, _ = await asyncio.wait({mine.done}, timeout=HOLD_S)
        mine.awaited = False
        return mine.done.result() if done else mine.had

    async def _run(self) -> None:
        """Passes, as long as jobs come."""
        while self._waiting and not self._stop.is_set():
            self._hits = 0
            summary = await self.desk.run_pass(
                self._present(), kind=self._kind, stop=self._stop, present=self._present, guests=self,
                changed=self._changed)
            self.passes += 1
            self._end(None, [*self._seated, *self._asked])
            if summary.sources:
                log.info("pass", sources=len(summary.sources), fetched=summary.fetched, new=summary.new,
                         updated=summary.updated, hits=summary.hits, failed=sorted(summary.failed_sources))

    def _over(self, run: asyncio.Task[None]) -> None:
        """Tell all who wait how the passes ended, for what goes wrong with one concerns them all."""
        self._running = None
        failure = None if run.cancelled() else run.exception()
        self._end(failure, [*self._seated, *self._asked, *self._waiting])
        self._waiting.clear()

    def _end(self, failure: BaseException | None, invited: Sequence[_Invitation]) -> None:
        waiting = [one for one in invited if not one.done.done()]
        for one in waiting:
            if failure is None:
                one.done.set_result(one.had)
            else:
                one.done.set_exception(failure)
                one.done.exception()  # its job may have gone on already
        self._failure = None if any(one.awaited for one in waiting) else failure
        self._seated.clear()
        self._asked.clear()

    def _changed(self, summary: PassSummary) -> None:
        if summary.hits > self._hits:
            self._hits = summary.hits
            self._found()

    async def until_idle(self) -> None:
        """Wait for the end of the pass that goes on."""
        if self._running is not None:
            await asyncio.wait({self._running})

    def waiting(self) -> Sequence[Part]:
        """The parts whose due sources are to be taken in now."""
        self._news.clear()
        self._asked, self._waiting = [*self._asked, *self._waiting], []
        return [one.part for one in self._asked]

    async def come(self) -> None:
        """Wait until there are parts again."""
        await self._news.wait()

    def seated(self, parts: Collection[Part], claimed: Collection[str], sources: Mapping[str, SourceFile]) -> None:  # noqa: ARG002
        """Take notice of which sources were claimed of the parts that were asked for."""
        asked, self._asked = self._asked, []
        for one in asked:
            mine = {id_ for id_ in claimed if one.part.of == 1 or part_of(sources[id_], one.part.of) == one.part}
            one.left, one.had = mine, len(mine)
            self._seated.add(one)
            self._look(one)

    def settled(self, source_id: str) -> None:
        """Take notice that all is done for a source."""
        for one in list(self._seated):
            one.left.discard(source_id)
            self._look(one)

    def _look(self, one: _Invitation) -> None:
        if not one.left:
            self._seated.discard(one)
            if not one.done.done():
                one.done.set_result(one.had)
