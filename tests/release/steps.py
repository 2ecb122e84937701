"""What a step of a release says, and how steps call programs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class StepError(Exception):
    """The step failed: nothing may be released."""


class NotReachedError(Exception):
    """What the step needs cannot be reached from here. Where a release is published, this is a failure."""


@dataclass(frozen=True)
class Done:
    """What became of a step."""

    name: str
    state: str  # ok, not reached, FAILED
    said: str


def call(
    command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str] | None = None, allowed: Sequence[int] = (0,)
) -> str:
    """What a program printed. StepError with its last words where it fails."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode not in allowed:
        words = " ".join((done.stderr or done.stdout).split())[-700:]
        raise StepError(
            f"{Path(str(command[0])).name} {' '.join(str(w) for w in command[1:4])}… ended with "
            f"{done.returncode}: {words}"
        )
    return done.stdout
