"""Switch a source on or off by its file in the workspace."""

from __future__ import annotations

import re
from pathlib import Path

from scrapers.source import SourceFile, read_source

_ENABLED = re.compile(r"^enabled:.*$", re.MULTILINE)


def switch(folder: Path, source: SourceFile, *, on: bool) -> Path | None:
    """Write `enabled` into the workspace's file of a source; the rest of the file, comments too, stays as it is.

    A shipped source gets a file that holds nothing else, so that a later version may still mend the rest of it. Where
    such a file would say what the shipped one says, there is none: the answer is None.
    """
    line = f"enabled: {'true' if on else 'false'}"
    if folder not in source.file.parents:
        if source.enabled == on:
            return None
        path = folder / source.file.parent.name / source.file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(line + "\n", encoding="utf-8")
        return path
    path, text = source.file, source.file.read_text(encoding="utf-8")
    if source.base and only_switches(path) and read_source(source.base).enabled == on:
        path.unlink()
        return None
    text = _ENABLED.sub(line, text) if _ENABLED.search(text) else text.rstrip("\n") + f"\n{line}\n"
    path.write_text(text, encoding="utf-8")
    read_source(path, source.base)  # what was written can be read again, or the caller hears of it now
    return path


def only_switches(path: Path) -> bool:
    """Whether a file says nothing but whether a source is on, as `switch` writes it for a shipped one."""
    text = path.read_text(encoding="utf-8", errors="replace")
    return _ENABLED.search(text) is not None and not _ENABLED.sub("", text).strip()
