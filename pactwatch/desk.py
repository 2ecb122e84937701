"""The desk of a crawl: between the spider and the ledger, the extraction pool and the writer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from archive import entry_points, store
from archive.polls import SourceResult
from core import tracing
from core.errors import DatabaseFullError, RetryLater, StopWork
from core.fetching import Answer, EntryState, FetchOrder, FetchReport, Gap, Poll, Recorded
from core.logs import bound
from core.records import Discovery, Outcome, Page, Processed
from pactwatch.furniture import Furniture
from pactwatch.kept import KeptPages
from pactwatch.poll_batch import PollBatch
from pactwatch.pool import ExtractionPool
from pactwatch.summary import PassSummary
from pactwatch.turns import Turns
from pactwatch.writer import Writer
from scrapers.source import SourceFile

GOOD = (Outcome.OK, Outcome.UNCHANGED, Outcome.EMPTY)


@dataclass(slots=True)
class _Visit:
    """What one poll of a source has brought so far."""

    answers: list[tuple[EntryState, Answer]] = field(default_factory=list)
    listed: set[str] = field(default_factory=set)
    ordered: set[int] = field(default_factory=set)
    new: int = 0
    retry_after: float | None = None

    def verdict(self) -> tuple[Outcome, str]:
        """One outcome for the source: the best of its entry points, with a word on those that failed."""
        failed = [(entry, answer) for entry, answer in self.answers if entry_points.is_failure(answer, entry)]
        reason = "; ".join(f"{entry.url}: {answer.reason or answer.outcome}" for entry, answer in failed)
        for good in GOOD:
            if any(answer.outcome is good for _, answer in self.answers):
                return good, reason
        if failed:
            only = failed[0][1]
            return only.outcome, only.reason if len(failed) == 1 else reason
        return Outcome.UNCHANGED, ""

    def longest_wait(self) -> float | None:
        """The seconds that the site asked for, over all its answers."""
        asked = [self.retry_after, *(answer.retry_after for _, answer in self.answers)]
        return max((a for a in asked if a), default=None)


class PassDesk:
    """Implements `scrapers.desk.Desk` for one pass, and keeps its tally."""

    def __init__(
        self,
        writer: Writer,
        pool: ExtractionPool,
        kept: KeptPages,
        sources: Mapping[str, SourceFile],
        summary: PassSummary,
        run_id: int,
        changed: Callable[[PassSummary], None],
        turns: Turns,
        settled: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`settled` is told of each source whose poll has ended and is written down."""
        self._writer, self._pool, self._kept = writer, pool, kept
        self._summary, self._changed = summary, changed
        self._run_id, self._span = run_id, tracing.current()
        self._furniture = Furniture(writer)
        self._batch = PollBatch(writer, sources, run_id, turns, settled)
        self._visits: dict[str, _Visit] = {}

    @contextmanager
    def _in_this_pass(self) -> Iterator[None]:
        """What is done inside belongs to this pass: a kept connection calls back in the name of an earlier one."""
        with bound(run=self._run_id), tracing.under(self._span):
            yield

    def _fetched(self, kind: str, source_id: str, url: str, answer: Answer) -> None:
        self._note_fetch(kind, source_id, url, answer.at, answer.duration_ms, answer.outcome, answer.status)

    def _note_fetch(self, kind: str, source_id: str, url: str, at: datetime, duration_ms: int | None,
                    outcome: Outcome, status: int | None) -> None:
        """Trace a request that is over. What follows the question mark may be a key of a private feed."""
        if self._span is not None:
            ended = at.timestamp()
            with tracing.under(self._span):
                tracing.record("fetch", ended - (duration_ms or 0) / 1000, ended, kind=kind, source=source_id,
                               url=url.partition("?")[0], outcome=str(outcome), status=status)

    async def discovered(
        self,
        source: SourceFile,
        entry: EntryState,
        answer: Answer,
        discoveries: Sequence[Discovery],
        gap: Gap | None = None,
    ) -> Recorded:
        """Keep what an entry point, or with `gap` an older list, held; what to fetch now, each once a visit."""
        self._fetched("entry_point", source.id, entry.url, answer)
        if gap is None:  # how a look back ends says nothing of the source
            self._visits.setdefault(source.id, _Visit()).answers.append((entry, answer))
        poll = Poll(entry, answer, tuple(discoveries), source.limits.articles, source.interval, gap)
        written = self._batch.poll(poll)
        if not discoveries:  # nothing to fetch: nobody has to wait until that is written
            return Recorded()
        try:
            recorded = await written
        except (RetryLater, StopWork):  # the writer has told it, and the pass is about to end
            return Recorded()
        return replace(recorded, orders=self._ordered(source.id, recorded, discoveries))

    def _ordered(
        self, source_id: str, recorded: Recorded, discoveries: Sequence[Discovery]
    ) -> tuple[FetchOrder, ...]:
        visit = self._visits.setdefault(source_id, _Visit())
        orders = tuple(order for order in recorded.orders if order.address_id not in visit.ordered)
        visit.ordered.update(order.address_id for order in orders)
        if orders:
            self._pool.start()  # while the first pages are on their way; a pass that finds nothing new needs no process
        visit.listed.update(d.url for d in discoveries)
        visit.new += recorded.new
        tally = self._summary.tally(source_id)
        tally.discovered = len(visit.listed)
        tally.known = max(0, len(visit.listed) - len(visit.ordered))
        self._changed(self._summary)
        return orders

    async def page(self, page: Page) -> None:
        """Hand a page to the extraction pool; waits while that is full."""
        self._note_fetch("page", page.source_id, page.url, page.fetched_at, page.duration_ms, Outcome.OK, page.status)
        with self._in_this_pass():
            try:
                with bound(source=page.source_id):
                    self._kept.keep(page)
            except DatabaseFullError as failure:
                self._writer.fail(failure)
                return
            self._summary.tally(page.source_id).fetched += 1
            self._changed(self._summary)
            await self._pool.submit(await self._furniture.with_lines(page))

    async def fetched(self, report: FetchReport) -> None:
        """Note a fetch that brought no page."""
        self._fetched("page", report.order.source_id, report.order.url, report.answer)
        tally = self._summary.tally(report.order.source_id)
        if report.answer.retry_after:
            visit = self._visits.setdefault(report.order.source_id, _Visit())
            visit.retry_after = max(visit.retry_after or 0.0, report.answer.retry_after)
        if report.answer.outcome is not Outcome.UNCHANGED:
            tally.failed += 1
            tally.outcomes[str(report.answer.outcome)] += 1
        self._batch.report(report)

    async def flush(self) -> None:
        """Write the polls and failed fetches that are waiting."""
        await self._batch.flush()

    async def finished(self, source_id: str, *, unfinished: bool = False) -> None:
        """Settle the poll of a source: its outcome, and when it is due again."""
        visit = self._visits.pop(source_id, _Visit())
        outcome, reason = visit.verdict()
        tally = self._summary.tally(source_id)
        tally.outcome, tally.reason = str(outcome), reason
        failed = bool(visit.answers) and all(entry_points.is_failure(answer, entry) for entry, answer in visit.answers)
        self._batch.result(
            SourceResult(source_id, outcome, reason, visit.new, failed, visit.longest_wait(), unfinished)
        )
        self._changed(self._summary)

    async def processed(self, results: list[Processed]) -> None:
        """Take what the pool made of pages to the writer."""
        for result in results:
            if result.article is None:
                self._summary.tally(result.source_id).outcomes[str(result.outcome)] += 1
        self._furniture.learn(results)
        await self._writer.add(results)

    def stored(self, counts: store.Stored, batch: Sequence[Processed]) -> None:
        """Take the counts of a stored batch into the tally."""
        self._kept.drop(page.address_id for page in batch)
        for name in ("new", "updated", "known", "failed"):
            for source_id, number in getattr(counts, name).items():
                tally = self._summary.tally(source_id)
                setattr(tally, name, getattr(tally, name) + number)
        self._summary.hits += counts.hits
        self._changed(self._summary)
