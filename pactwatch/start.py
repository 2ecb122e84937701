"""Where the command begins: before anything is loaded, so that Ctrl-C is quiet from the first moment on."""

from __future__ import annotations

import gc
import sys

_THRESHOLD = 10_000      # what is loaded holds no cycles; with Python's 700 a tenth of a search went into collections


def main() -> None:
    """Run the command line."""
    gc.set_threshold(_THRESHOLD, 10, 10)
    try:
        from pactwatch.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(1)
