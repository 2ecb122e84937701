"""Listen for browsers and programs, on the loop of the process that asks for it."""

from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import suppress
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from core.errors import PactwatchError, StopWork
from core.logs import get_logger
from core.threads import in_thread
from web.access import check_listening
from web.app import create_app
from web.site import Site

log = get_logger("web")
PATIENCE_S = 8                           # what requests under way have after SIGTERM


def bind(site: Site) -> socket.socket:
    """The socket to listen on. SettingsError where it would be open to everybody, StopWork where it is taken."""
    check_listening(site.settings, site.keys)
    return listen("web", site.settings.web.host, site.settings.web.port)


def listen(section: str, host: str, port: int) -> socket.socket:
    """A socket at the address that a section of the settings names. StopWork where it is taken."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as failure:
        raise StopWork(f"cannot listen on {host}:{port}: {failure.strerror or failure}; "
                       f"choose another {section}.port or {section}.host") from failure


def address_of(listening: socket.socket) -> str:
    """The address that a browser on this machine would ask."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


async def serve(site: Site, listening: socket.socket, stop: asyncio.Event) -> None:
    """Answer until `stop` is set. Signals are the business of whoever set it."""
    getting_ready = asyncio.ensure_future(in_thread(_get_ready, site))
    await serve_app(create_app(site), listening, stop)
    getting_ready.cancel()


def _get_ready(site: Site) -> None:
    """Read the workspace's files, which take a second, before the first page that needs them is asked for."""
    with suppress(PactwatchError):           # told by the page that needs it
        site.tools.get_ready()


async def serve_app(app: ASGIApp, listening: socket.socket, stop: asyncio.Event) -> None:
    """The same for any application."""
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, date_header=True, lifespan="off",
        ws="none", timeout_graceful_shutdown=PATIENCE_S, timeout_keep_alive=15, limit_concurrency=200,
        h11_max_incomplete_event_size=65_536, proxy_headers=False)
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)      # what fails in a page is logged by `web.app`
    server = _Server(config)
    work = asyncio.ensure_future(server.serve(sockets=[listening]))
    ended = asyncio.ensure_future(stop.wait())
    await asyncio.wait({work, ended}, return_when=asyncio.FIRST_COMPLETED)
    ended.cancel()
    server.should_exit = True
    await work


class _Server(uvicorn.Server):
    """Uvicorn without hands of its own on the signals of the process."""

    def capture_signals(self) -> Any:
        """Capture none."""
        from contextlib import nullcontext

        return nullcontext()
