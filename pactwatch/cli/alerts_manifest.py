"""`alerts manifest`: the Slack app as Slack takes it."""

from __future__ import annotations

import typer


def manifest() -> None:
    """Print the manifest of the Slack app, to paste where an app is made: api.slack.com/apps, "From a manifest".

    Example: pactwatch alerts manifest
    """
    from importlib.resources import files

    typer.echo((files("alerts") / "slack_app.yaml").read_text(encoding="utf-8"), nl=False)
