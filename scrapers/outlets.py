"""Write the shipped source files from the table of outlets, and what was noted by hand over it.

`python -m scrapers.outlets` (`make sources`) writes `sources/<country>/<id>.yaml` for each row of outlets.csv, with the
keys of outlets.yaml over it. Running it again changes nothing. A source file without the header below was written by
hand and is left alone.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from core import yamlfile
from core.errors import SourceFileError
from core.workspace import shipped
from scrapers.source import KINDS, SourceFile, read_source

HEADER = "# Written by `make sources` from scrapers/outlets.csv and outlets.yaml: change those.\n"
COLUMNS = (
    "id", "name", "country", "language", "topics", "tags", "home", "entry_points", "paywall", "publisher",
    "seen_in", "seen_on", "confidence",
)  # fmt: skip
SEEN_IN = {
    "crawler": "the code of a maintained news crawler",
    "list": "a published list of feeds",
    "lists": "several published lists of feeds",
    "config": "the configuration of another crawler",
    "configs": "the configurations of several other crawlers",
    "log": "a report of somebody who fetched it",
}


@dataclass(frozen=True, slots=True)
class Outlet:
    """A row of the table: the keys of its source file, and how its addresses are known."""

    id: str
    keys: dict[str, Any]
    seen_in: tuple[str, ...]  # names of SEEN_IN
    seen_on: str  # the newest of these places, as 2026-08 or 2026
    confidence: str


def read_outlets(folder: Path) -> list[Outlet]:
    """The rows of outlets.csv with outlets.yaml over them. A mistake raises SourceFileError with its line."""
    table, by_hand = folder / "outlets.csv", folder / "outlets.yaml"
    notes: Mapping[str, Any] = yamlfile.load(by_hand, error=SourceFileError) or {}
    outlets: dict[str, Outlet] = {}
    with table.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, strict=True)
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise SourceFileError(f"has other columns than {', '.join(COLUMNS)}", file=str(table), line=1)
        for row in rows:
            try:
                outlet = _outlet(row, notes.get(row["id"], {}))
            except ValueError as mistake:
                raise SourceFileError(str(mistake), file=str(table), line=rows.line_num) from mistake
            if outlet.id in outlets:
                raise SourceFileError(f"names {outlet.id!r} twice", file=str(table), line=rows.line_num)
            outlets[outlet.id] = outlet
    if unknown := sorted(notes.keys() - outlets.keys()):
        raise SourceFileError(
            f"{unknown[0]!r} is no id of {table.name}", file=str(by_hand), line=yamlfile.line_of(by_hand, [unknown[0]])
        )
    return list(outlets.values())


def _outlet(row: Mapping[str, str], by_hand: Mapping[str, Any]) -> Outlet:
    if None in row or None in row.values():
        msg = f"has another number of values than the {len(COLUMNS)} columns"
        raise ValueError(msg)
    if unknown := [place for place in row["seen_in"].split() if place not in SEEN_IN]:
        msg = f"seen_in {unknown[0]!r}: allowed are {', '.join(SEEN_IN)}"
        raise ValueError(msg)
    keys: dict[str, Any] = {key: row[key] for key in ("name", "home", "country", "language")}
    keys |= {"topics": row["topics"].split(), "entry_points": [_entry(text) for text in row["entry_points"].split()]}
    keys |= {"publisher": row["publisher"], "paywall": row["paywall"], "tags": row["tags"].split()}
    return Outlet(
        id=row["id"],
        keys={key: value for key, value in (keys | dict(by_hand)).items() if value not in ("", [])},
        seen_in=tuple(row["seen_in"].split()),
        seen_on=row["seen_on"],
        confidence=row["confidence"],
    )


def _entry(text: str) -> dict[str, str]:
    kind, _, address = text.partition("=")
    if kind not in KINDS or not address:
        msg = f"entry point {text!r}: write kind=address, with one of {', '.join(KINDS)}"
        raise ValueError(msg)
    return {kind: address}


def text_of(outlet: Outlet) -> str:
    """The source file of an outlet: the keys in the order of the schema, those with the usual value left out."""
    lines = []
    for name, field in SourceFile.model_fields.items():
        value = outlet.keys.get(name)
        if value is None or value == field.default:
            continue
        if name == "entry_points":
            lines += ["entry_points:", *(_entry_lines(entry) for entry in value)]
        else:
            lines.append(f"{name}: {_flow(value)}")
    # A key that there is none of: who reads the file tells it, with the allowed ones.
    unknown = sorted(outlet.keys.keys() - SourceFile.model_fields.keys())
    lines += [f"{name}: {_flow(outlet.keys[name])}" for name in unknown]
    return HEADER + "\n".join(lines) + "\n"


def _entry_lines(entry: Mapping[str, str]) -> str:
    first, *rest = (f"{key}: {_flow(value)}" for key, value in entry.items())
    return "\n".join([f"  - {first}", *(f"    {line}" for line in rest)])


def _flow(value: Any) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10_000)
    return text.removesuffix("\n").removesuffix("\n...")


def write_sources(outlets: list[Outlet], folder: Path) -> list[Path]:
    """Write a file for each outlet and remove written ones that have no outlet any more; the files that changed."""
    wanted = {folder / outlet.keys["country"].lower() / f"{outlet.id}.yaml": text_of(outlet) for outlet in outlets}
    ids = {outlet.id for outlet in outlets}
    changed = []
    for path in sorted(folder.rglob("*.yaml")):
        written = path.read_text(encoding="utf-8").startswith(HEADER)
        if not written and path.stem in ids:
            raise SourceFileError("was written by hand, and the table has it too; remove one of them", file=str(path))
        if written and path not in wanted:
            path.unlink()
            changed.append(path)
    for path, text in wanted.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            read_source(path)  # a mistake is told now, by the file that it came to
            changed.append(path)
    return changed


def main() -> int:
    """Write the shipped sources and say which changed."""
    here = shipped("scrapers", "")
    try:
        outlets = read_outlets(here)
        changed = write_sources(outlets, here / "sources")
    except SourceFileError as mistake:
        sys.stderr.write(f"{mistake}\n")
        return 2
    for path in changed:
        sys.stdout.write(f"{'wrote' if path.exists() else 'removed'} {path.relative_to(here)}\n")
    sys.stdout.write(f"{len(outlets)} outlets, {len(changed)} files changed.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
