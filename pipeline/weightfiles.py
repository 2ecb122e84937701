"""Write weights into knowledge files, so that comments and everything else stay as they are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

_WEIGHTS, _VETOES = "weights.yaml", "vetoes.yaml"
_TOP = re.compile(r"(?m)^(?=[^\s#])")    # where an entry of the file begins


def write_weights(values: Mapping[str, float], directories: Sequence[Path], into: Path) -> list[Path]:
    """Put weights and scores of vetoes into the knowledge files of a folder. Returns the files that were written.

    `directories` are the layers of the knowledge, from which an entry is copied that the folder does not have yet.
    """
    written = []
    for name, change in ((_WEIGHTS, _weights), (_VETOES, _vetoes)):
        layers = [path.read_text(encoding="utf-8") for path in (folder / name for folder in directories)
                  if path.is_file()]
        target = into / name
        own = target.read_text(encoding="utf-8") if target.is_file() else None
        text = change(values, layers, own)
        if text is not None and text != own:
            into.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            written.append(target)
    return written


def _weights(values: Mapping[str, float], layers: Sequence[str], own: str | None) -> str | None:
    """The file as a whole where there is none yet, with its comments; else what changes in the one that is there."""
    text = own if own is not None else layers[-1] if layers else ""
    known = {name for layer in layers for name in _entries(layer)}
    changed = text
    for name, value in values.items():
        changed, found = re.subn(rf"(?m)^({re.escape(name)}:[ ]*)[-+.\d]+", rf"\g<1>{value:g}", changed)
        if not found and name in known:
            changed = f"{changed.rstrip()}\n{name}: {value:g}\n".lstrip("\n")
    return changed if changed != text else None


def _vetoes(values: Mapping[str, float], layers: Sequence[str], own: str | None) -> str | None:
    """The entries that change: entries of other layers stay in force."""
    present = {name: entry for layer in layers for name, entry in _entries(layer).items()}
    mine = _entries(own or "")
    for name, value in values.items():
        entry = mine.get(name) or present.get(name, "")
        edited = re.sub(r"(?m)^(\s+score:[ ]*)[-+.\d]+", rf"\g<1>{value:g}", entry)
        if edited != entry:
            mine[name] = edited if edited.endswith("\n") else edited + "\n"
    return "".join(mine.values()) or None


def _entries(text: str) -> dict[str, str]:
    """The top entries of a YAML mapping as they are written; what stands before the first is under an empty name."""
    parts = _TOP.split(text)
    return {part.partition(":")[0].strip() if _TOP.match(part) else "": part for part in parts if part}
