"""One form of text for search on every database: folded words, and overlapping pairs for scripts without spaces.

SQLite's and PostgreSQL's own tokenizers disagree on hyphens, numbers and Korean, Japanese and Chinese. Both see
only what `search_form` makes, so the same query finds the same rows on both.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

# Kana without the dot that parts names, the Han blocks (unified, extension A, compatibility, and the planes beyond),
# and Hangul syllables.
CJK = ("\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
        "\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff")
# Longer words are cut: PostgreSQL indexes none beyond 2,046 bytes.
TOKEN = re.compile(rf"[{CJK}]+|[^\W_{CJK}]{{1,500}}")
_CJK_RUN = re.compile(rf"[{CJK}]+")
_MARK = re.compile("[\u0300-\u036f]")
_ONLY_ASCII_WORDS = re.compile(r"[a-z0-9]{1,500}")
_LONGEST_FORM = 200_000                        # letters; PostgreSQL's index of one text holds one megabyte


def fold(text: str) -> str:
    """Lower case, compatibility forms unified, accents of Latin letters dropped (`Café` → `cafe`)."""
    text = unicodedata.normalize("NFKC", text).lower()
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text)
    # Marks are dropped only where they stand on Latin, Greek or Cyrillic letters; kana need theirs.
    return unicodedata.normalize("NFC", decomposed[:1] + _MARK.sub("", decomposed[1:]))


def words(text: str) -> Iterator[str]:
    """The folded words of a text; a run of CJK letters counts as one word."""
    folded = fold(text)
    pattern = _ONLY_ASCII_WORDS if folded.isascii() else TOKEN
    for match in pattern.finditer(folded):
        yield match[0]


def search_tokens(text: str) -> list[str]:
    """The tokens that full-text search indexes and asks for: words, and overlapping pairs of CJK letters.

    A lone CJK letter stays as it is. A phrase of the same tokens finds any inner part of a CJK run.
    """
    folded = fold(text)
    if folded.isascii():
        return _ONLY_ASCII_WORDS.findall(folded)
    tokens: list[str] = []
    for word in TOKEN.findall(folded):
        if len(word) > 1 and _CJK_RUN.match(word):
            tokens += [word[i : i + 2] for i in range(len(word) - 1)]
        else:
            tokens.append(word)
    return tokens


def pairs_of(word: str, start: int) -> list[tuple[str, int]]:
    """The tokens of one match of `TOKEN` that begins at `start`, each with its own start."""
    if len(word) > 1 and _CJK_RUN.match(word):
        return [(word[i : i + 2], start + i) for i in range(len(word) - 1)]
    return [(word, start)]


def search_form(text: str) -> str:
    """The text as its search tokens, one space between them: what is stored in `search_text`."""
    return form_of(search_tokens(text))


def form_of(tokens: Iterable[str]) -> str:
    """The search form of a text from its search tokens. What lies beyond 200,000 letters is not searched."""
    form = " ".join(tokens)
    return form if len(form) <= _LONGEST_FORM else form[: form.rindex(" ", 0, _LONGEST_FORM + 1)]


def is_lone_cjk(token: str) -> bool:
    """Whether a search token is a single CJK letter, which text next to it would have made a pair."""
    return len(token) == 1 and _CJK_RUN.match(token) is not None

