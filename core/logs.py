"""Structured logs: for people on a terminal, JSON lines otherwise. Always to standard error.

What a line is about is bound where the work begins (`bound`), so that what is logged further down carries it: `run`,
`source`, `url`, `job`, `backfill`, `delivery`, `route`. It follows the work into threads and extraction processes.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars as bound
from structlog.contextvars import get_contextvars as what_is_bound

from core.secrets import MASK, scrub
from core.settings import LogSettings

__all__ = ["bound", "configure", "get_logger", "in_force", "what_is_bound"]

_SECRET = ("token", "secret", "password", "authorization", "cookie")
_in_force = LogSettings()


def in_force() -> LogSettings:
    """The settings that this process logs by, for processes that it starts."""
    return _in_force


def _mask(_logger: Any, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    for key in event:
        if any(word in key.lower() for word in _SECRET):
            event[key] = MASK
    return event


def _scrubbed(render: structlog.typing.Processor) -> structlog.typing.Processor:
    """The renderer, and no secret in what it makes: a message or a traceback of a library may hold one."""
    def rendered(logger: Any, name: str, event: structlog.typing.EventDict) -> str:
        return scrub(str(render(logger, name, event)))

    return rendered


def configure(settings: LogSettings, *, quiet: bool = False) -> None:
    """Set up logging for this process. `quiet` lets only warnings and errors through."""
    global _in_force  # noqa: PLW0603 - a process logs in one way
    _in_force = settings
    level = logging.WARNING if quiet else getattr(logging, settings.level.upper())
    human = settings.format == "human" or (settings.format == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _mask,
    ]
    # Tracebacks without the values of variables, which may be anything.
    renderer = _scrubbed(structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback) if human
                         else structlog.processors.JSONRenderer(ensure_ascii=False))
    formatted = [] if human else [structlog.processors.format_exc_info]
    structlog.configure(
        processors=[*shared, *formatted, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),     # where it leads now, not when this was set up
        cache_logger_on_first_use=False,
    )
    # What the libraries log goes through the same renderer; they are heard only when something is wrong.
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *formatted, renderer]))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for noisy, lowest in (
        ("scrapy", logging.ERROR), ("twisted", logging.ERROR), ("apscheduler", logging.WARNING),
        ("procrastinate", logging.CRITICAL), ("psycopg", logging.CRITICAL),
        ("trafilatura", logging.CRITICAL), ("htmldate", logging.CRITICAL), ("courlan", logging.CRITICAL),
    ):
        logging.getLogger(noisy).setLevel(lowest)


def get_logger(name: str) -> Any:
    """A logger of ours. Events are short fixed words; what varies goes into fields."""
    return structlog.get_logger(component=name)
