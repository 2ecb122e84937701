"""The door for monitors alone, for a process that shows no pages."""

from __future__ import annotations

import asyncio
import socket

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from core.logs import get_logger
from core.settings import Settings
from web.access import Keys, is_loopback
from web.guard import Door, Guard
from web.serving import listen, serve_app
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


def open_monitor(settings: Settings) -> socket.socket | None:
    """The socket to listen on; None where the settings name no port. StopWork where it is taken."""
    if not settings.metrics.port:
        return None
    return listen("metrics", settings.metrics.host, settings.metrics.port)


async def serve_monitor(settings: Settings, watch: Watch, listening: socket.socket, stop: asyncio.Event) -> None:
    """Answer monitors until `stop` is set."""
    host, port = listening.getsockname()[:2]
    log.info("figures", address=f"http://{f'[{host}]' if ':' in host else host}:{port}/metrics")
    if not Keys.of(settings).needed and not is_loopback(settings.metrics.host):
        log.warning("figures are closed", problem=_CLOSED.strip())
    await serve_app(monitor_app(settings, watch), listening, stop)
