"""What runs inside an extraction process. Small on purpose: the parent imports it to name its functions."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from multiprocessing.connection import wait
from pathlib import Path

from core.errors import UserError
from core.memory import trim
from core.records import Page, Processed
from pipeline.wanted import WantedArticles

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

    results = process_pages(pages)
    trim()
    return results


def work_wanted(pages: Sequence[Page], wanted: WantedArticles) -> list[Processed]:
    """Process a batch of pages, up to their extraction where the article is not wanted."""
    from pipeline.process import work as process_pages

    results = process_pages(pages, wanted.check)
    trim()
    return results
