"""Articles of the archive as CSV, JSON Lines or Parquet, row by row: however many there are, memory stays flat."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from core.clock import iso
from core.errors import UserError

Row = Mapping[str, Any]
_FORMULA = {"=", "+", "-", "@", "\t", "\r", "\n", "|", "%"}
_ROWS = 5_000                                # of a group in a Parquet file


def csv_text(names: Sequence[str], rows: Iterable[Row], *, head: bool = True) -> str:
    """Rows as CSV, with the line of names before them."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if head:
        writer.writerow(names)
    for row in rows:
        writer.writerow([cell(row[name]) for name in names])
    return out.getvalue()


def cell(value: Any) -> str:
    """A value as text that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return iso(value) or ""
    if isinstance(value, bool | int | float):
        return str(value)
    text = "; ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
    return "'" + text if text[:1] in _FORMULA else text


def write_parquet(target: BinaryIO | Path, parts: Iterable[Sequence[Row]], *, text: bool = False) -> int:
    """Write rows, given some at a time, to a Parquet file; how many there were. Raises UserError without pyarrow."""
    arrow, parquet = _pyarrow()
    schema = _schema(arrow, text)
    with parquet.ParquetWriter(target, schema, compression="zstd") as writer:
        return sum(_write_group(arrow, writer, schema, group) for group in _groups(parts))


def _write_group(arrow: Any, writer: Any, schema: Any, rows: Sequence[Row]) -> int:
    names = [field.name for field in schema]
    plain = [{name: list(value) if isinstance(value := row.get(name), tuple) else value for name in names}
             for row in rows]
    writer.write_table(arrow.Table.from_pylist(plain, schema=schema))
    return len(rows)


def _groups(parts: Iterable[Sequence[Row]]) -> Iterator[list[Row]]:
    held: list[Row] = []
    for part in parts:
        held += part
        if len(held) >= _ROWS:
            yield held
            held = []
    if held:
        yield held


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as failure:
        raise UserError("Parquet needs the extra `parquet`: pip install 'pactwatch[parquet]'") from failure
    return pyarrow, pyarrow.parquet


def _schema(arrow: Any, with_text: bool) -> Any:
    text, number, moment = arrow.string(), arrow.int64(), arrow.timestamp("us", tz="UTC")
    names = arrow.list_(text)
    return arrow.schema([
        ("id", number), ("title", text), ("url", text), ("source", text), ("language", text),
        ("published_at", moment), ("seen_at", moment), ("story", number), ("score", arrow.float64()),
        ("organisations", names), ("event_type", text), ("status", text), ("rules", names), ("snippet", text),
        ("outlets", number), ("independent", number), ("band", text),
        *([("text", text)] if with_text else [])])
