"""What tests of commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.called import caller

Program = Callable[..., tuple[int, str, str]]


@pytest.fixture
def program(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Program:
    """The program in the test's own folder: called with arguments, it gives exit code, output and errors."""
    monkeypatch.chdir(tmp_path)

    return caller(capsys)
