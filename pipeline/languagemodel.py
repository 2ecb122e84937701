"""The model of py3langid, read row by row from a file: a text needs a hundredth of its 70 MB."""

from __future__ import annotations

import lzma
import os
import shutil
import tempfile
import zipfile
from array import array
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

_LOCAL_HEADER = 30  # bytes of a member's header in a zip file, before its name and its extra field
_LETTERS = 256  # what a state leads to, by the next byte of the text
_MOST_ROWS = 4_000  # of the automaton; most texts of a language pass through the same thousand


def identifier() -> Any:
    """py3langid's identifier over the model that it brings. The library's own loading takes 83 MB, and 25 in passing.

    The model is a zip file of stored arrays, compressed as a whole. It is unpacked to a file without a name, so that it
    goes when the process does.
    """
    if not hasattr(os, "pread"):
        return LanguageIdentifier.from_model_file(MODEL_FILE)
    with tempfile.TemporaryFile(prefix="pactwatch-language-") as file:
        with lzma.open(MODEL_DIR / MODEL_FILE) as packed:
            shutil.copyfileobj(packed, file, 1 << 20)
        file.flush()
        place = os.dup(file.fileno())  # stays open as long as the process
        with zipfile.ZipFile(file) as members:
            arrays = {info.filename.removesuffix(".npy"): _Stored(file, place, info) for info in members.infolist()}
    row = arrays["nextmove_row"].whole()
    return LanguageIdentifier(arrays["ptc"], arrays["pc"].whole(), arrays["classes"].whole().tolist(),
                              _Automaton(arrays["nextmove"]), arrays["out_feat"].whole().tolist(),
                              tk_row=array(row.dtype.char, row.tobytes()))


class _Stored:
    """An array that stays in the file; asked for rows, it gives an array of them."""

    def __init__(self, file: IO[bytes], place: int, member: zipfile.ZipInfo) -> None:
        header = os.pread(place, _LOCAL_HEADER, member.header_offset)
        name, extra = np.frombuffer(header[26:], "<u2").tolist()
        file.seek(member.header_offset + _LOCAL_HEADER + name + extra)
        npy.read_magic(file)
        self._shape, _, self.dtype = npy.read_array_header_1_0(file)
        self._place, self._start = place, file.tell()

    def read(self, first: int, number: int) -> bytes:
        """So many numbers."""
        size = int(self.dtype.itemsize)
        return os.pread(self._place, number * size, self._start + first * size)

    def whole(self) -> np.ndarray:
        """All of it."""
        return np.frombuffer(self.read(0, int(np.prod(self._shape))), self.dtype).reshape(self._shape)

    def __getitem__(self, rows: np.ndarray) -> np.ndarray:
        width = self._shape[1]
        return np.frombuffer(b"".join(self.read(row * width, width) for row in rows.tolist()),
                             self.dtype).reshape(-1, width)


class _Automaton:
    """Where each state leads to, as one long list; the rows of the states that texts reach are kept."""

    def __init__(self, stored: _Stored) -> None:
        self._stored = stored
        self._rows: dict[int, array[int]] = {}

    def __getitem__(self, place: int) -> int:
        row = self._rows.get(place >> 8)
        if row is None:
            if len(self._rows) >= _MOST_ROWS:
                self._rows.clear()
            row = array(self._stored.dtype.char, self._stored.read(place & ~(_LETTERS - 1), _LETTERS))
            self._rows[place >> 8] = row
        return row[place & (_LETTERS - 1)]
