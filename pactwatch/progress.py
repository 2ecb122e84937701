"""Show long work while it runs: a live line on a terminal, nothing elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from core.wording import number
from pactwatch.summary import PassSummary

if TYPE_CHECKING:
    from pactwatch.backfill import BackfillSummary
    from pactwatch.backfill_shared import Standing

T = TypeVar("T")


class Advance(Protocol):
    """Tells a bar that so much more is done."""

    def __call__(self, done: int, /) -> None:
        """Move on by so many."""


@contextmanager
def bar(what: str, total: int) -> Iterator[Advance]:
    """A bar with counts and the time that is left, on standard error where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task(what, total=total)
        yield lambda done: shown.advance(task, done)


def track(items: Iterable[T], what: str, total: int) -> Iterator[T]:
    """The items, with a bar that moves as they are taken."""
    with bar(what, total) as advance:
        for item in items:
            yield item
            advance(1)


class Progress:
    """A live line on standard error. Used as a context; `show` is called whenever a number changed."""

    def __init__(self, *, visible: bool = True) -> None:
        from rich.console import Console

        self._console = Console(stderr=True)
        self._visible = visible and self._console.is_terminal
        self._live: Any = None

    def __enter__(self) -> Self:
        if self._visible:
            from rich.live import Live

            self._live = Live(console=self._console, refresh_per_second=8, transient=True)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, summary: PassSummary) -> None:
        """Bring the line up to date."""
        if self._live is None:
            return
        from rich.spinner import Spinner

        answered = sum(1 for t in summary.sources.values() if t.outcome)
        self._live.update(
            Spinner(
                "dots",
                text=(
                    f"{answered} of {number(len(summary.sources), 'source')} answered · "
                    f"{number(summary.fetched, 'page')} read · {number(summary.new, 'article')} stored · "
                    f"{number(summary.hits, 'hit')}"
                ),
            )
        )


class FileBar:
    """A bar over files of old pages: how much of them is read, the counts, and the time that is left."""

    def __init__(self, total: int, *, visible: bool = True) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True)
        columns = (BarColumn(), DownloadColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
        hidden = not (visible and console.is_terminal)
        self._progress = Progress(*columns, console=console, transient=True, disable=hidden)
        self._task = self._progress.add_task("", total=total)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def show(self, summary: BackfillSummary) -> None:
        """Bring the bar up to date."""
        read = summary.now
        text = (f"{number(read.records.total(), 'record')} · {number(read.records['new'], 'new article')} · "
                f"{number(read.hits, 'hit')}")
        self._progress.update(self._task, completed=sum(file.offset for file in summary.files), description=text)

    def show_standing(self, found: Standing) -> None:
        """The same for files that others read."""
        records = found.counts.records
        text = (f"{found.done} of {number(found.files, 'file')} · {found.reading} being read · "
                f"{number(records.total(), 'record')} · {number(records['new'], 'new article')}")
        self._progress.update(self._task, completed=found.read, description=text)
