"""The door for monitors alone, for a process that shows no pages."""

from __future__ import annotations

import asyncio

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from core.errors import StopWork
from core.logs import get_logger
from core.settings import Settings
from web.access import Keys, is_loopback
from web.guard import Door, Guard
from web.serving import address_of, listen, serve_app
from web.watch import Watch

log = get_logger("watch")
_CLOSED = ("Others can reach this address, and there is no token; set web.reader_token_file, or metrics.host to "
           "127.0.0.1.\n")


def monitor_app(settings: Settings, watch: Watch) -> ASGIApp:
    """The application: what a site shows to monitors, behind the same door."""
    keys = Keys.of(settings)
    routes = watch.routes()
    if not keys.needed and not is_loopback(settings.metrics.host):
        routes.insert(0, Route("/metrics", _closed))
    return Guard(Starlette(routes=routes), keys, Door.of(settings.metrics.host, ""))


def _closed(_request: Request) -> Response:
    return PlainTextResponse(_CLOSED, 403)


def begin(settings: Settings, watch: Watch, stop: asyncio.Event) -> asyncio.Future[None] | None:
    """Answer monitors until `stop` is set, where the settings name a port for it; None where they do not.

    A process whose port is taken goes on without: two on one machine share their settings.
    """
    if not settings.metrics.port:
        return None
    try:
        listening = listen("metrics", settings.metrics.host, settings.metrics.port)
    except StopWork as failure:
        log.warning("no figures", problem=str(failure))
        return None
    log.info("figures", address=f"{address_of(listening)}metrics")
    if not Keys.of(settings).needed and not is_loopback(settings.metrics.host):
        log.warning("figures are closed", problem=_CLOSED.strip())
    return asyncio.ensure_future(serve_app(monitor_app(settings, watch), listening, stop))
