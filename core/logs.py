"""Structured logs, in the form of `core.logform`, which is loaded with the first line that is logged.

What a line is about is bound where the work begins (`bound`), so that what is logged further down carries it: `run`,
`source`, `url`, `job`, `backfill`, `delivery`, `route`. It follows the work into threads and extraction processes.
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from core.settings import LogSettings

# The libraries are heard only when something is wrong.
_NOISY = {"scrapy": logging.ERROR, "twisted": logging.ERROR, "apscheduler": logging.WARNING,
          "procrastinate": logging.CRITICAL, "psycopg": logging.CRITICAL,
          "trafilatura": logging.CRITICAL, "htmldate": logging.CRITICAL, "courlan": logging.CRITICAL}
_in_force: LogSettings | None = None
_waiting: tuple[LogSettings, int] | None = None      # what the first line is to be written by


def in_force() -> LogSettings:
    """The settings that this process logs by, for processes that it starts."""
    from core.settings import LogSettings

    return _in_force or LogSettings()


def are_configured() -> bool:
    """Whether somebody has said how this process logs."""
    return _in_force is not None


def configure(settings: LogSettings, *, quiet: bool = False) -> None:
    """Set up logging for this process. `quiet` lets only warnings and errors through."""
    global _in_force, _waiting  # noqa: PLW0603 - a process logs in one way
    _in_force = settings
    _waiting = settings, logging.WARNING if quiet else getattr(logging, settings.level.upper())
    root = logging.getLogger()
    root.handlers[:] = [_First()]
    root.setLevel(logging.WARNING)
    for noisy, lowest in _NOISY.items():
        logging.getLogger(noisy).setLevel(lowest)
    if "structlog" in sys.modules:           # somebody may look at how it is set up, or change it
        _begin()


def _begin() -> None:
    """Load what writes the lines, where that was put off."""
    global _waiting  # noqa: PLW0603 - see above
    if _waiting is not None:
        from core.logform import apply

        # Forgotten only when it is done, so that a second thread does not go on before.
        apply(*_waiting)
        _waiting = None


class _First(logging.Handler):
    """Takes the first line of a library, and hands it on to what it makes us load."""

    def emit(self, record: logging.LogRecord) -> None:
        _begin()
        for handler in logging.getLogger().handlers:
            if handler is not self:
                handler.handle(record)


class _Logger:
    """A logger of one component: what it is asked for is structlog's."""

    def __init__(self, component: str) -> None:
        self._component = component

    def __getattr__(self, name: str) -> Any:
        import structlog

        _begin()
        return getattr(structlog.get_logger(component=self._component), name)


def get_logger(name: str) -> Any:
    """A logger of ours. Events are short fixed words; what varies goes into fields."""
    return _Logger(name)


def bound(**about: Any) -> AbstractContextManager[None]:
    """Name what is logged inside by these fields, too."""
    from structlog.contextvars import bound_contextvars

    return bound_contextvars(**about)


def what_is_bound() -> dict[str, Any]:
    """The fields that are bound here."""
    from structlog.contextvars import get_contextvars

    return get_contextvars()
