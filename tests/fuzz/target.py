"""What the fuzzer calls: bytes become a page, and everything that has to hold is checked.

python -m tests.fuzz.target FINDS CORPUS [libFuzzer's options]. `make fuzz` starts it.

A find does not stop the fuzzer: its input is kept once for each place in the code that raised.
"""

from __future__ import annotations

import re
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["pipeline", "core", "trafilatura", "htmldate", "justext"]):
    from tests.fuzz import sanity

ENCODINGS = (None, "utf-8", "euc-kr", "shift_jis", "gb18030", "windows-1251", "utf-16", "no-such-encoding")
LANGUAGES = (None, "en", "ko", "zh", "x\x00")
HINTS = (None, "Two firms join forces", "\x00\ud800", "404 not found")
DATES = (None, datetime(2020, 1, 1, tzinfo=UTC), datetime(1, 1, 1), datetime(9999, 12, 31, tzinfo=UTC))


def page(data: bytes) -> sanity.Input:
    """The first two bytes choose what is known of the page; the rest is the page."""
    first, second, body = data[0], data[1], data[2:]
    if second & 0x40 and b"<p" not in body:
        body = b"<html><body><article><p>" + body + b"</p></article>"
    return sanity.Input(body, ENCODINGS[first & 7], LANGUAGES[(first >> 3) % len(LANGUAGES)],
                        HINTS[(first >> 6) & 3], DATES[second & 3], brief=bool(second & 0x80))


def place(error: BaseException) -> str:
    """Where an error was raised, as a name for a file."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    words = re.findall(r"[A-Za-z_]+", str(error))[:4]
    return "-".join([type(error).__name__, Path(frame.filename).stem, str(frame.lineno), *words])


def keep(finds: Path, data: bytes, error: BaseException) -> None:
    """Keep an input that broke something, the smallest for each place."""
    file = finds / place(error)
    if file.exists() and file.stat().st_size <= len(data):
        return
    if not file.exists():
        print(f"find: {file.name}: {error}"[:400], flush=True)
    file.write_bytes(data)
    trace = "".join(traceback.format_exception(error))
    file.with_name(f"{file.name}.txt").write_text(trace, encoding="utf-8", errors="backslashreplace")


def main(arguments: list[str]) -> None:
    """Run until libFuzzer's options say that it is enough."""
    finds = Path(arguments[1])
    finds.mkdir(parents=True, exist_ok=True)

    def one(data: bytes) -> None:
        if len(data) < 3:
            return
        try:
            sanity.check(page(data))
        except Exception as error:  # noqa: BLE001 - every one of them is what the fuzzer looks for
            keep(finds, data, error)

    sanity.check(sanity.Input(b"<html><body><p>" + b"Two firms join forces on artificial intelligence. " * 9))
    fuzzer: Any = atheris
    fuzzer.Setup([arguments[0], *arguments[2:]], one)
    fuzzer.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
