"""The picture in the README: what `pactwatch demo` shows, as SVG. Written by `make picture`."""

from __future__ import annotations

import io
import re
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from pactwatch.cli.demo import play

WIDTH = 118
LINES = 62  # the table of hits and the head of the digest


def draw() -> str:
    """Run the demo and return the head of its output as SVG."""
    whole = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, highlight=False)
    with tempfile.TemporaryDirectory(prefix="pactwatch-demo-") as folder:
        play(Path(folder), whole)
    head = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, highlight=False)
    from rich.text import Text

    lines = [Text.from_ansi(line) for line in whole.export_text(styles=True).splitlines()[: LINES + 1]]
    # The picture ends between two rows of the table, not within one.
    starts = [i for i, line in enumerate(lines) if line.plain[:2].strip()]
    for line in lines[: starts[-1]]:
        head.print(line, no_wrap=True, crop=True)
    svg = head.export_svg(title="$ pactwatch demo")
    # Rich names a font on somebody's server; the reader's own fixed-width font does.
    return re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(draw(), encoding="utf-8")
