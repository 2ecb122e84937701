"""Switch a source on or off by its file in the workspace."""

from __future__ import annotations

import re
from pathlib import Path

from scrapers.source import SourceFile, read_source

_ENABLED = re.compile(r"^enabled:.*$", re.MULTILINE)


def switch(folder: Path, source: SourceFile, *, on: bool) -> Path:
    """Write `enabled` into the workspace's file of a source; a shipped one is copied there first. Returns the file.

    The rest of the file, comments too, stays as it is.
    """
    inside = folder in source.file.parents
    path = source.file if inside else folder / source.file.parent.name / source.file.name
    text = source.file.read_text(encoding="utf-8")
    line = f"enabled: {'true' if on else 'false'}"
    text = _ENABLED.sub(line, text) if _ENABLED.search(text) else text.rstrip("\n") + f"\n{line}\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    read_source(path)  # what was written can be read again, or the caller hears of it now
    return path
