"""One form of text for search on every database: folded words, and overlapping pairs for scripts without spaces.

SQLite's and PostgreSQL's own tokenizers disagree on hyphens, numbers and Korean, Japanese and Chinese. Both see
only what `search_form` makes, so the same query finds the same rows on both.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# Kana without the dot that parts names, the Han blocks (unified, extension A, compatibility, and the planes beyond),
# and Hangul syllables.
_CJK = ("\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
        "\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff")
# Longer words are cut: PostgreSQL indexes none beyond 2,046 bytes.
_TOKEN = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]{{1,500}}")
_CJK_RUN = re.compile(rf"[{_CJK}]+")
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
    pattern = _ONLY_ASCII_WORDS if folded.isascii() else _TOKEN
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
    for word in _TOKEN.findall(folded):
        if len(word) > 1 and _CJK_RUN.match(word):
            tokens += [word[i : i + 2] for i in range(len(word) - 1)]
        else:
            tokens.append(word)
    return tokens


def search_form(text: str) -> str:
    """The text as its search tokens, one space between them: what is stored in `search_text`.

    What lies beyond the first 200,000 letters is not searched.
    """
    form = " ".join(search_tokens(text))
    return form if len(form) <= _LONGEST_FORM else form[: form.rindex(" ", 0, _LONGEST_FORM + 1)]


def is_lone_cjk(token: str) -> bool:
    """Whether a search token is a single CJK letter, which text next to it would have made a pair."""
    return len(token) == 1 and _CJK_RUN.match(token) is not None


def located_tokens(text: str) -> list[tuple[str, int, int]]:
    """The search tokens with their places: each stands for `text[start:end]`. Slower than `search_tokens`.

    Letters written as several signs, such as decomposed Hangul, may come out apart.
    """
    folded, places = (text.lower(), range(len(text))) if text.isascii() else _folded_with_places(text)
    found: list[tuple[str, int, int]] = []
    for match in _TOKEN.finditer(folded):
        start, end = match.span()
        pairs = end - start > 1 and _CJK_RUN.match(match[0])
        for at in range(start, end - 1) if pairs else (start,):
            stop = at + 2 if pairs else end
            found.append((folded[at:stop], places[at], places[stop - 1] + 1))
    return found


def _folded_with_places(text: str) -> tuple[str, list[int]]:
    known: dict[str, str] = {}
    folded: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        form = known.get(letter)
        if form is None:
            form = known[letter] = "" if _MARK.match(letter) else fold(letter)
        folded.append(form)
        places += [place] * len(form)
    return "".join(folded), places
