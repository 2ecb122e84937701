"""Structured logs: for people on a terminal, JSON lines otherwise. Always to standard error."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

from core.settings import LogSettings

_SECRET = ("token", "secret", "password", "authorization")


def _mask(_logger: Any, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    for key in event:
        if any(word in key.lower() for word in _SECRET):
            event[key] = "********"
    return event


def configure(settings: LogSettings, *, quiet: bool = False) -> None:
    """Set up logging for this process. `quiet` lets only warnings and errors through."""
    level = logging.WARNING if quiet else getattr(logging, settings.level.upper())
    human = settings.format == "human" or (settings.format == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _mask,
    ]
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if human else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, renderer] if not human else [*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),     # where it leads now, not when this was set up
        cache_logger_on_first_use=False,
    )
    # What the libraries log goes through the same renderer; they are heard only when something is wrong.
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for noisy, lowest in (
        ("scrapy", logging.ERROR), ("twisted", logging.ERROR), ("apscheduler", logging.WARNING),
        ("trafilatura", logging.CRITICAL), ("htmldate", logging.CRITICAL), ("courlan", logging.CRITICAL),
    ):
        logging.getLogger(noisy).setLevel(lowest)


def get_logger(name: str) -> Any:
    """A logger of ours. Events are short fixed words; what varies goes into fields."""
    return structlog.get_logger(component=name)
