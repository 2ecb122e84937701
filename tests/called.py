"""Call a command in this process, as a shell would."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pactwatch.cli import main


def caller(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """A function that runs a command: its exit code, output and errors."""

    def command(*arguments: str) -> tuple[int, str, str]:
        code = 0
        try:
            main(arguments)
        except SystemExit as end:
            code = int(end.code or 0)
        return code, *capsys.readouterr()

    return command
