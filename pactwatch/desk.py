"""The desk of a crawl: between the spider and the ledger, the extraction pool and the writer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from archive import catalogue, ledger, store
from archive.catalogue import SourceResult
from core.clock import now
from core.fetching import Answer, EntryState, FetchOrder, FetchReport, Poll
from core.records import Discovery, Outcome, Page, Processed
from pactwatch.pool import ExtractionPool
from pactwatch.summary import PassSummary
from pactwatch.writer import Writer
from scrapers.source import SourceFile

GOOD = (Outcome.OK, Outcome.UNCHANGED, Outcome.EMPTY)
REPORTS = 50  # failed fetches that are written together


class PassDesk:
    """Implements `scrapers.desk.Desk` for one pass, and keeps its tally."""

    def __init__(
        self,
        writer: Writer,
        pool: ExtractionPool,
        sources: Mapping[str, SourceFile],
        summary: PassSummary,
        run_id: int,
        changed: Callable[[PassSummary], None],
    ) -> None:
        self._writer, self._pool, self._sources = writer, pool, sources
        self._summary, self._run_id, self._changed = summary, run_id, changed
        self._answers: dict[str, list[tuple[EntryState, Answer]]] = {}
        self._listed: dict[str, set[str]] = {}
        self._ordered: dict[str, set[int]] = {}
        self._new: dict[str, int] = {}
        self._reports: list[FetchReport] = []

    async def discovered(
        self, source: SourceFile, entry: EntryState, answer: Answer, discoveries: Sequence[Discovery]
    ) -> Sequence[FetchOrder]:
        """Keep what an entry point listed; the addresses to fetch now, each once a pass."""
        poll = Poll(entry, answer, tuple(discoveries), source.limits.articles)
        [recorded] = await self._writer.call(ledger.record_polls, [poll], now(), run_id=self._run_id)
        self._answers.setdefault(source.id, []).append((entry, answer))
        ordered = self._ordered.setdefault(source.id, set())
        orders = [order for order in recorded.orders if order.address_id not in ordered]
        ordered.update(order.address_id for order in orders)
        if orders:
            self._pool.start()  # while the first pages are on their way; a pass that finds nothing new needs no process
        listed = self._listed.setdefault(source.id, set())
        listed.update(d.url for d in discoveries)
        self._new[source.id] = self._new.get(source.id, 0) + recorded.new
        tally = self._summary.tally(source.id)
        tally.discovered = len(listed)
        tally.known = max(0, len(listed) - len(ordered))
        self._changed(self._summary)
        return orders

    async def page(self, page: Page) -> None:
        """Hand a page to the extraction pool; waits while that is full."""
        self._summary.tally(page.source_id).fetched += 1
        self._changed(self._summary)
        await self._pool.submit(page)

    async def fetched(self, report: FetchReport) -> None:
        """Note a fetch that brought no page."""
        tally = self._summary.tally(report.order.source_id)
        if report.answer.outcome is not Outcome.UNCHANGED:
            tally.failed += 1
            tally.outcomes[str(report.answer.outcome)] += 1
        self._reports.append(report)
        if len(self._reports) >= REPORTS:
            await self.write_reports()

    async def write_reports(self) -> None:
        """Write the failed fetches that are waiting."""
        reports, self._reports = self._reports, []
        if reports:
            await self._writer.call(ledger.record_failures, reports, now(), run_id=self._run_id)

    async def finished(self, source_id: str) -> None:
        """Settle the poll of a source: its outcome, and when it is due again."""
        outcome, reason, retry_after = self._verdict(source_id)
        tally = self._summary.tally(source_id)
        tally.outcome, tally.reason = str(outcome), reason
        result = SourceResult(source_id, outcome, reason, tally.discovered, self._new.get(source_id, 0), retry_after)
        await self._writer.call(catalogue.finish_polls, [result], self._sources, now())
        self._changed(self._summary)

    def _verdict(self, source_id: str) -> tuple[Outcome, str, float | None]:
        """One outcome for a source: the best of its entry points, with a word on those that failed."""
        answers = self._answers.get(source_id, [])
        failed = [(entry, answer) for entry, answer in answers if answer.outcome not in GOOD]
        reason = "; ".join(f"{entry.url}: {answer.reason or answer.outcome}" for entry, answer in failed)
        retry_after = max((a.retry_after for _, a in failed if a.retry_after), default=None)
        for good in GOOD:
            if any(answer.outcome is good for _, answer in answers):
                return good, reason, retry_after
        if failed:
            only = failed[0][1]
            return only.outcome, only.reason if len(failed) == 1 else reason, retry_after
        return Outcome.UNCHANGED, "", None

    async def processed(self, results: list[Processed]) -> None:
        """Take what the pool made of pages to the writer."""
        for result in results:
            if result.article is None:
                self._summary.tally(result.source_id).outcomes[str(result.outcome)] += 1
        await self._writer.add(results)

    def stored(self, counts: store.Stored) -> None:
        """Take the counts of a stored batch into the tally."""
        for name in ("new", "updated", "known", "failed"):
            for source_id, number in getattr(counts, name).items():
                tally = self._summary.tally(source_id)
                setattr(tally, name, getattr(tally, name) + number)
        self._summary.hits += counts.hits
        self._changed(self._summary)
