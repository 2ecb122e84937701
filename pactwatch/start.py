"""Where the command begins: before anything is loaded, so that Ctrl-C is quiet from the first moment on."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line."""
    try:
        from pactwatch.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(1)
