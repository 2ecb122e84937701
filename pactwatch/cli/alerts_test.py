"""`alerts test`: one message to a route's channel now, and what the channel can promise."""

from __future__ import annotations

from typing import Annotated

import typer

from pactwatch.cli.common import console, emit_json, workspace


def test(
    ctx: typer.Context,
    route: Annotated[str, typer.Argument(metavar="ROUTE", help="A route of pactwatch.toml.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Send one test message to a route's channel now, and say what the channel can promise.

    It goes past the outbox: nothing that waits is touched. Exit 1 where the channel did not take it.

    Example: pactwatch alerts test daily
    """
    from pactwatch.testsend import send_test

    settings = workspace(ctx, quiet=True).settings
    result = send_test(settings, route, console(stderr=as_json))
    if as_json:
        emit_json(result)
    elif result["posted"]:
        console().print(f"{route}: posted to {result['channel']} in {result['seconds']} s")
        console().print(f"promise: {result['promise']}")
    else:
        console().print(f"{route}: not posted to {result['channel']}: {result['problem']}")
    if not result["posted"]:
        raise typer.Exit(1)
