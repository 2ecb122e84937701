"""`mcp`: the archive for assistants."""

from __future__ import annotations

from importlib.util import find_spec

import typer

from core.errors import UserError
from pactwatch.cli.common import open_archive, workspace


def register(app: typer.Typer) -> None:
    """Add `mcp` to the root command."""
    app.command()(mcp)


def mcp(ctx: typer.Context) -> None:
    """Let an assistant ask the archive, by the Model Context Protocol on standard input and output. It only reads.

    Five tools: search, show, organisation, graph, today. The assistant's program starts this command by itself.

    Example: pactwatch mcp --home newsdesk
    """
    if find_spec("mcp") is None:
        raise UserError('pactwatch mcp needs the extra mcp: pip install "pactwatch[mcp]"')
    from pactwatch.webtools import site_of
    from web.assistant import run

    run(site_of(workspace(ctx, quiet=True), open_archive(ctx)))
