"""What runs inside an extraction process. Small on purpose: the parent imports it to name its functions."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from multiprocessing.connection import wait
from pathlib import Path

from core.records import Page, Processed


def warm(knowledge_dirs: Sequence[Path], rule_dirs: Sequence[Path]) -> None:
    """Make this process ready: import the extractor, build the automaton, and die when the parent does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends us in order
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent.sentinel,), daemon=True).start()
    from pipeline.process import warm as warm_pipeline

    warm_pipeline(knowledge_dirs, rule_dirs)


def _follow(sentinel: int) -> None:
    """A parent that was killed sends no word: without this its workers would wait for ever."""
    wait([sentinel])
    os._exit(1)


def ready() -> bool:
    """Does nothing; the first call to it makes the pool start a process."""
    return True


def work(pages: Sequence[Page]) -> list[Processed]:
    """Process a batch of pages."""
    from pipeline.process import work as process_pages

    return process_pages(pages)
