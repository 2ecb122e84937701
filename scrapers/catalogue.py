"""Read all source files, the workspace's own over the shipped ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.errors import SourceFileError
from scrapers.source import SourceFile, read_source
from scrapers.switch import only_switches


def load_sources(dirs: Sequence[Path]) -> tuple[dict[str, SourceFile], list[SourceFileError]]:
    """Sources by id, and the mistakes of files that could not be read.

    Folders are searched with their sub-folders; a file in a later folder replaces one of the same name in an
    earlier, or changes some keys of it: see `read_source`. Sources with `enabled: false` are there too: who polls
    has to ask. A broken file that replaces a good one leaves the source out, for the old file is not what its owner
    wants any more. Without an earlier folder a file that only switches a source is left out: it has nothing to switch.
    """
    files: dict[str, list[Path]] = {}
    mistakes: list[SourceFileError] = []
    for folder in dirs:
        layer: dict[str, Path] = {}
        for path in sorted(p for p in folder.rglob("*") if p.suffix in {".yaml", ".yml"} and p.is_file()):
            if first := layer.get(path.stem):
                mistakes.append(
                    SourceFileError(f"has the same name as {first}; a name is a source's id", file=str(path))
                )
                continue
            layer[path.stem] = path
        for id_, path in layer.items():
            files.setdefault(id_, []).append(path)
    sources: dict[str, SourceFile] = {}
    for id_, paths in files.items():
        try:
            sources[id_] = read_source(paths[-1], paths[-2] if len(paths) > 1 else None)
        except SourceFileError as mistake:
            if len(dirs) > 1 or not only_switches(paths[-1]):
                mistakes.append(mistake)
    return sources, mistakes
