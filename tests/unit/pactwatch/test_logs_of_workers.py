"""What an extraction process logs says which run, source and page it is about."""

from __future__ import annotations

import json
import logging
import multiprocessing
import signal
import threading
from collections.abc import Iterator

import pytest
import structlog

from core import logs
from core.clock import now
from core.records import Outcome, Page, Processed
from core.settings import LogSettings
from pactwatch.extraction_worker import Start, given_up, serve


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """Logs and signals are of the process; other tests find them as they were."""
    root, handler = logging.getLogger(), signal.getsignal(signal.SIGINT)
    before = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level = before
    signal.signal(signal.SIGINT, handler)


def page(number: int) -> Page:
    address = f"https://news.example/{number}"
    return Page(number, f"source-{number}", address, address, b"<p>x", "utf-8", now())


def warn(one: Page) -> Processed:
    with logs.bound(source=one.source_id):
        logs.get_logger("test").warning("seen")
    return given_up(one, Outcome.EMPTY, "")


def test_what_a_batch_is_about_stands_in_what_its_process_logs(capsys: pytest.CaptureFixture[str]) -> None:
    ours, theirs = multiprocessing.Pipe()
    ours.send(({"run": 12}, [page(1), page(2)]))
    start = Start((), (), lambda *_: None, warn, LogSettings(format="json"))

    def parent() -> None:
        for _ in ("it has started", "a page", "a page", "the batch is done"):
            ours.recv()
        ours.close()                               # no more comes: the process ends

    threading.Thread(target=parent).start()
    serve(theirs, start)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["run"], line["source"]) for line in lines] == [(12, "source-1"), (12, "source-2")]
