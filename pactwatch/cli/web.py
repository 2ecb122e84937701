"""`web`: the pages, the API and the feeds, without crawling."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from pactwatch.cli.common import open_archive, say, workspace


def register(app: typer.Typer) -> None:
    """Add `web` to the root command."""
    app.command()(web)


def web(
    ctx: typer.Context,
    host: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Listen here, not at web.host.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Listen at this port, not at web.port.")] = None,
) -> None:
    """Show the archive in a browser, until stopped: pages, JSON API and feeds. Crawls and sends nothing by itself.

    Listens on this machine alone; elsewhere only with a token in the settings. SIGTERM or Ctrl-C ends it cleanly.

    Example: pactwatch web --port 8420
    """
    from alerts.tick import announce_routes
    from core.clock import now
    from pactwatch.cli.common import state_of
    from pactwatch.loop import run_in_loop
    from pactwatch.webtools import site_of
    from web.serving import address_of, bind, serve

    options = {"web.host": host, "web.port": port}
    state_of(ctx).options.update({name: value for name, value in options.items() if value is not None})
    site = site_of(workspace(ctx), open_archive(ctx))
    announce_routes(site.engine, site.settings, now())        # so that Today can say what they would send
    listening = bind(site)
    say(f"Pactwatch is at {address_of(listening)}")

    async def main(stop: asyncio.Event) -> None:
        await serve(site, listening, stop)

    run_in_loop(main)
