"""`serve`: scheduler, crawl and alerts in one process."""

from __future__ import annotations

import typer

from pactwatch.cli.common import open_archive, workspace


def register(app: typer.Typer) -> None:
    """Add `serve` to the root command."""
    app.command()(serve)


def serve(ctx: typer.Context) -> None:
    """Watch the sources and send alerts and digests until stopped.

    SIGTERM or Ctrl-C ends it cleanly within 15 seconds. Two at once do no harm.

    Example: pactwatch serve --home newsdesk
    """
    from pactwatch.jobs import serve_forever

    space = workspace(ctx)
    serve_forever(space, open_archive(ctx))
