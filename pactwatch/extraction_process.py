"""An extraction process as its parent sees it: pages go in, results come out, and a page that does harm costs itself.

Everything here waits; the pool calls it in threads.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Sequence
from threading import Lock
from time import monotonic
from typing import Any

from core.errors import StopWork, UserError
from core.logs import get_logger, what_is_bound
from core.metrics import PAGES_GIVEN_UP, POOL_REPLACED
from core.process import effort, resident
from core.records import Outcome, Page, Processed
from pactwatch import extraction_worker
from pactwatch.extraction_worker import Start, given_up

log = get_logger("extraction")

START_LIMIT_S = 120.0
# Seconds of the clock; most pages that loop end before, by the worker's own limit of processor time.
PAGE_LIMIT_S = 20.0
BUSY_LIMIT_S = 12.0  # of the processor; a page that has had less, and waits for its turn, may go beyond the clock's
LOOK_S = 0.05  # how often the memory of a process is looked at that is busy with one page
MB = 1_000_000
# A process has 120 MB when it starts with the shipped knowledge. More knowledge is more memory, so growth counts.
PAGE_LIMIT_BYTES = 130 * MB  # on top of that: what a page may need at most
_LIMITS = {Outcome.TOO_SLOW, Outcome.TOO_MUCH_MEMORY, Outcome.CRASHED}
GROWN_BYTES = 80 * MB  # what may stay after a batch (40 are usual); then another process takes over


class LostError(Exception):
    """The process is no use any more, for what the page did that it was reading."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome


class StoppedError(Exception):
    """The pool was stopped; nobody waits for these pages."""


class ExtractionProcess:
    """One process and the pipe to it."""

    def __init__(self, start: Start) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=extraction_worker.serve, args=(theirs, start), daemon=True)
        self._process.start()
        theirs.close()
        self._starting = Lock()
        self._started: UserError | bool = False
        self._at_first = 0

    def wait_until_ready(self) -> None:
        """Return when it has loaded its knowledge. Raises the user's mistake that keeps it from that, or LostError."""
        with self._starting:
            if self._started is False:
                mistake = self._message(START_LIMIT_S)
                self._started = mistake or True
                self._at_first = self.memory
        if isinstance(self._started, UserError):
            raise self._started

    @property
    def memory(self) -> int:
        """Bytes that it holds."""
        return resident(self._process.pid or 0)

    @property
    def has_grown(self) -> bool:
        """Whether it holds so much more than at first that a fresh one is better."""
        return self.memory - self._at_first > GROWN_BYTES

    def send(self, pages: Sequence[Page]) -> None:
        """Hand over a batch."""
        try:
            self._pipe.send((what_is_bound(), pages))
        except OSError:
            raise self._dead() from None

    def result(self, limit_s: float) -> Any:
        """What it says next: the result of the next page, or None at the end of a batch. Raises LostError."""
        return self._message(limit_s, self._at_first + PAGE_LIMIT_BYTES)

    def _message(self, limit_s: float, most_bytes: int | None = None) -> Any:
        end, pid = monotonic() + limit_s, self._process.pid or 0
        busy_until = effort(pid)[1] + BUSY_LIMIT_S
        try:
            while not self._pipe.poll(LOOK_S):
                if monotonic() > end and not _starved(pid, busy_until):
                    raise LostError(Outcome.TOO_SLOW, f"reading this page took more than {limit_s:.0f} s")
                if most_bytes is not None and self.memory > most_bytes:
                    more = f"{PAGE_LIMIT_BYTES // MB} MB"
                    raise LostError(Outcome.TOO_MUCH_MEMORY, f"reading this page took more than {more} of memory")
            return self._pipe.recv()
        except (EOFError, OSError):
            raise self._dead() from None

    def _dead(self) -> LostError:
        self._process.join(1.0)
        code = self._process.exitcode
        cause = signal.strsignal(-code) if code is not None and code < 0 else f"exit code {code}"
        return LostError(Outcome.CRASHED, f"the extraction process died on this page: {cause}")

    def kill(self) -> None:
        """End it now."""
        self._process.kill()
        self._process.join(1.0)


def _starved(pid: int, busy_until: float) -> bool:
    """Whether a process would go on if it had its turn, which is no fault of the page."""
    works, used = effort(pid)
    return works and used < busy_until


class Reader:
    """Reads batches with a process, and takes another one when that dies, hangs or grows."""

    def __init__(self, start: Start, *, page_limit_s: float = PAGE_LIMIT_S) -> None:
        self._start, self._page_limit_s = start, page_limit_s
        self._replacing = Lock()
        self._stopped = False
        self._process = ExtractionProcess(start)

    def wait_until_ready(self) -> None:
        """Return when its process can read. Raises the user's mistake, or StopWork where a second one cannot either."""
        try:
            self._process.wait_until_ready()
        except LostError as first:
            self._replace(first)
            try:
                self._process.wait_until_ready()
            except LostError as lost:
                raise StopWork(f"extraction processes end before they are ready ({lost})") from lost

    def read(self, pages: Sequence[Page]) -> list[Processed]:
        """The result of each page, in order. None is read twice, but for one that its process died on: once more."""
        results: list[Processed] = []
        rest = deque(pages)
        spent = 0.0  # seconds of a first try of the first page of the rest
        while rest:
            self.wait_until_ready()
            began = monotonic()
            try:
                self._process.send(list(rest))
                while rest:
                    results.append(self._process.result(self._page_limit_s - spent))
                    rest.popleft()
                    began, spent = monotonic(), 0.0
                self._process.result(self._page_limit_s)
            except LostError as lost:
                self._replace(lost, rest[0] if rest else None)
                if rest and lost.outcome is not Outcome.TOO_SLOW and not spent:
                    # It may have been no fault of the page: the system ends processes when memory is short, and what
                    # earlier pages left behind counts too.
                    spent = monotonic() - began
                elif rest:
                    results.append(given_up(rest.popleft(), lost.outcome, str(lost)))
                    spent = 0.0
        # A process that was interrupted in the middle of something is not trusted with more.
        slow = any(result.outcome is Outcome.TOO_SLOW for result in results)
        if self._process.has_grown or slow:
            self._replace(None, cause=str(Outcome.TOO_SLOW) if slow else "grown")
        for result in results:
            if result.outcome in _LIMITS:
                PAGES_GIVEN_UP.labels(str(result.outcome)).inc()
        return results

    def _replace(self, lost: LostError | None, page: Page | None = None, *, cause: str = "") -> None:
        with self._replacing:
            if self._stopped:
                raise StoppedError
            if lost is not None:
                about = {} if page is None else {"source": page.source_id, "url": page.url}
                log.warning("extraction process lost", **about, outcome=str(lost.outcome), cause=str(lost))
            self._process.kill()
            self._process = ExtractionProcess(self._start)
            POOL_REPLACED.labels(cause if lost is None else str(lost.outcome)).inc()

    def stop(self) -> None:
        """End the process; what it reads is lost."""
        self._stopped = True
        with self._replacing:
            self._process.kill()
