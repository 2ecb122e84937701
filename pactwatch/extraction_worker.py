"""What runs inside an extraction process. Small on purpose: the parent imports it to name its functions."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import wait
from pathlib import Path

from core.errors import UserError
from core.memory import trim
from core.records import Outcome, Page, Processed
from pipeline.wanted import WantedArticles

PAGE_LIMIT_S = 8.0  # the slowest of 990 real pages takes less than one
_mistake: UserError | None = None


def warm(knowledge_dirs: Sequence[Path], rule_dirs: Sequence[Path]) -> None:
    """Make this process ready: import the extractor, build the automaton, and die when the parent does."""
    follow_parent()
    from pipeline.process import warm as warm_pipeline

    try:
        warm_pipeline(knowledge_dirs, rule_dirs)
    except UserError as mistake:
        # Raised here it would only break the pool; `ready` tells it to the parent.
        global _mistake  # noqa: PLW0603 - an initializer can leave its result nowhere else
        _mistake = mistake


def follow_parent() -> None:
    """Make this worker leave Ctrl-C to its parent, and end when the parent does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends us in order
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent.sentinel,), daemon=True).start()


def _follow(sentinel: int) -> None:
    """A parent that was killed sends no word: without this its workers would wait for ever."""
    wait([sentinel])
    os._exit(1)


def ready() -> bool:
    """True once this process can work. Raises the mistake in a knowledge file that keeps it from that."""
    if _mistake is not None:
        raise _mistake
    return True


def work(pages: Sequence[Page]) -> list[Processed]:
    """Process a batch of pages."""
    from pipeline.process import work as process_pages

    results = [result for page in pages for result in _within_limit(process_pages, page)]
    trim()
    return results


def work_wanted(pages: Sequence[Page], wanted: WantedArticles) -> list[Processed]:
    """Process a batch of pages, up to their extraction where the article is not wanted."""
    from pipeline.process import work as process_pages

    def process(one: Sequence[Page]) -> list[Processed]:
        return process_pages(one, wanted.check)

    results = [result for page in pages for result in _within_limit(process, page)]
    trim()
    return results


def _within_limit(process: Callable[[Sequence[Page]], list[Processed]], page: Page) -> list[Processed]:
    """Process a page, or give it up when it has used this process for too long.

    Time of the processor, not of the clock: a busy machine is no fault of the page. What loops inside a library
    written in C hears no signal; the parent ends this process then.
    """
    signal.signal(signal.SIGVTALRM, _give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, PAGE_LIMIT_S)
    try:
        return process([page])
    except _TooLongError:
        reason = f"reading this page took more than {PAGE_LIMIT_S:.0f} s"
        return [
            Processed(
                page.address_id,
                page.source_id,
                page.url,
                page.fetched_at,
                Outcome.EXTRACTION_FAILED,
                reason,
                etag=page.etag,
                last_modified=page.last_modified,
                status=page.status,
                size=len(page.body),
                duration_ms=page.duration_ms,
            )
        ]
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


class _TooLongError(BaseException):
    """Passes every `except Exception` on its way: no library may take it for a fault of its own."""


def _give_up(*_: object) -> None:
    raise _TooLongError
