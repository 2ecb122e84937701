"""Signatures by which copies and rewrites of a story find each other, the same on every machine."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence

from rensa import RMinHash

from core.records import Signature
from core.text import search_tokens

PERMUTATIONS = 128
BANDS = 32                     # of 4 values: articles that are half alike share a band nearly nine times in ten
SHINGLE_WORDS = 3
MIN_SHINGLES = 20              # a shorter text has too few shingles for its similarity to mean anything
_SEED = 42                     # stored signatures are only comparable under the seed they were made with
_LAYOUT = struct.Struct(f"<{PERMUTATIONS}I")


def signature(title: str, text: str) -> Signature:
    """The signature of an article."""
    return signature_of_tokens(search_tokens(title), search_tokens(text))


def signature_of_tokens(title: Sequence[str], text: Sequence[str]) -> Signature:
    """The same for a title and text that are already search tokens."""
    digest = hashlib.blake2b(" ".join((*title, "\n", *text)).encode(), digest_size=16).hexdigest()
    if len(text) < MIN_SHINGLES + SHINGLE_WORDS - 1:
        return Signature(digest)
    shingles = {" ".join(words) for words in zip(text, text[1:], text[2:], strict=False)}
    if len(shingles) < MIN_SHINGLES:
        return Signature(digest)
    minhash = RMinHash(PERMUTATIONS, _SEED)
    minhash.update(list(shingles))
    packed = _LAYOUT.pack(*minhash.digest())
    return Signature(digest, packed, _band_keys(packed))


def _band_keys(packed: bytes) -> tuple[int, ...]:
    width = len(packed) // BANDS
    return tuple(
        # The number of the band is part of the key, so that equal values in different bands do not meet.
        int.from_bytes(hashlib.blake2b(packed[i * width : (i + 1) * width], digest_size=8, salt=bytes([i])).digest(),
                       "little", signed=True)
        for i in range(BANDS)
    )
