"""The form of structured logs: for people on a terminal, JSON lines otherwise. Always to standard error.

Here alone structlog is loaded, which takes a command longer than all else that it needs; see `core.logs`.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

from core.secrets import MASK, scrub
from core.settings import LogSettings

_SECRET = ("token", "secret", "password", "authorization", "cookie")


def apply(settings: LogSettings, level: int) -> None:
    """Write what is logged from now on in the form that the settings ask for."""
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
    # What the libraries log goes through the same renderer.
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *formatted, renderer]))
    logging.getLogger().handlers[:] = [handler]


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
