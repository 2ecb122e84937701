"""What runs inside an extraction process. Small on purpose: the parent imports it to name its functions."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path

from core import logs
from core.errors import UserError
from core.memory import trim
from core.records import Outcome, Page, Processed
from core.settings import LogSettings
from pipeline.wanted import WantedArticles

Work = Callable[[Page], Processed]
Prepare = Callable[[Sequence[Path], Sequence[Path]], None]

PAGE_LIMIT_S = 8.0  # the slowest of 990 real pages takes less than one


@dataclass(frozen=True, slots=True)
class Start:
    """What a process needs to start, and what it does with each page."""

    knowledge_dirs: tuple[Path, ...]
    rule_dirs: tuple[Path, ...]
    prepare: Prepare
    work: Work
    log: LogSettings = field(default_factory=logs.in_force)


def serve(pipe: Connection, start: Start) -> None:
    """Read batches of pages until the parent ends.

    Sends None, or the mistake in a knowledge file, when it has started. For each batch it sends the result of each page
    as soon as it is there, so that the death of this process costs no more than one page; and None at the end. With a
    batch comes what its parent's logs are about.
    """
    follow_parent()
    logs.configure(start.log, quiet=True)
    try:
        start.prepare(start.knowledge_dirs, start.rule_dirs)
    except UserError as mistake:
        pipe.send(mistake)
        return
    pipe.send(None)
    while True:
        try:
            about, pages = pipe.recv()
        except EOFError:
            return
        with logs.bound(**about):
            for page in pages:
                pipe.send(within_limit(start.work, page))
        del pages
        trim()
        pipe.send(None)


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


def warm(knowledge_dirs: Sequence[Path], rule_dirs: Sequence[Path]) -> None:
    """Import the extractor, load the knowledge, build the automaton; collected garbage and what stays are set apart."""
    from pipeline.process import warm as warm_pipeline

    warm_pipeline(knowledge_dirs, rule_dirs)


def work(page: Page) -> Processed:
    """Process a page."""
    from pipeline.process import work as process_pages

    return process_pages([page])[0]


def work_wanted(page: Page, wanted: WantedArticles) -> Processed:
    """Process a page, up to its extraction where the article is not wanted."""
    from pipeline.process import work as process_pages

    return process_pages([page], wanted.check)[0]


def within_limit(work: Work, page: Page) -> Processed:
    """Process a page, or give it up when it has used this process for too long.

    Time of the processor, not of the clock: a busy machine is no fault of the page. What loops inside a library
    written in C hears no signal; the parent ends this process then.
    """
    signal.signal(signal.SIGVTALRM, _give_up)
    # Once more each second: a library may swallow the first, in a callback or a finaliser.
    signal.setitimer(signal.ITIMER_VIRTUAL, PAGE_LIMIT_S, 1.0)
    try:
        return work(page)
    except _TooLongError:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        return given_up(page, Outcome.TOO_SLOW, f"reading this page took more than {PAGE_LIMIT_S:.0f} s")
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def given_up(page: Page, outcome: Outcome, reason: str) -> Processed:
    """What became of a page that could not be read."""
    return Processed(
        page.address_id,
        page.source_id,
        page.url,
        page.fetched_at,
        outcome,
        reason,
        etag=page.etag,
        last_modified=page.last_modified,
        status=page.status,
        size=len(page.body),
        duration_ms=page.duration_ms,
    )


class _TooLongError(BaseException):
    """Passes every `except Exception` on its way: no library may take it for a fault of its own."""


def _give_up(*_: object) -> None:
    raise _TooLongError
