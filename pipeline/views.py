"""An article's text in even forms that names and words are found in, with the way back to the original."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from core.records import Article, Field, Span
from pipeline.tongues import latin_language

TITLE_LIMIT = 1_000       # characters of a title that are read
TEXT_LIMIT = 60_000       # characters of a text that are read for names and topics
EVENT_LIMIT = 20_000      # and for events
SCRIPTS = {"ko": re.compile("[가-힣]"), "ja": re.compile("[\u3041-\u30fe]"), "zh": re.compile("[\u4e00-\u9fff]")}

# What one letter replaces: full-width and half-width forms, letters of mathematics, radicals, odd spaces and quotes,
# NUL, lone surrogates, and the private area that patterns use for slots.
_ODD = re.compile(
    "[\x00\u00a0\u2000-\u200b\u2010-\u2013\u2018\u2019\u201c\u201d\u202f\u2f00-\u2fd5\u3000\ud800-\udfff\ue000-\uf8ff"
    "\uf900-\ufaff\ufeff\uff01-\uff5e\uff61-\uff9f\U0001d400-\U0001d7ff]"
)
_PLAIN = {
    "\x00": " ",
    "\u200b": " ",
    "\ufeff": " ",
    "\u2018": "'",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u2010": "-",
    "\u2011": "-",
    "\u2012": "-",
    "\u2013": "-",
}
# What changes the number of letters: signs that nobody sees, accents and marks apart from their letter, ligatures.
_UNSEEN = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff"
_MARKS = "\u0300-\u036f\u3099\u309a\uff9e\uff9f"
_APART = "\u1160-\u11ff"
_LIGATURES = "\ufb00-\ufb06"
_UNEVEN = re.compile(f"[{_UNSEEN}{_MARKS}{_APART}{_LIGATURES}]")
# No letter carries more than a few marks; a longer run is put in order slowly, so it stays.
_PIECE = re.compile(
    f"(?P<unseen>[{_UNSEEN}]+)|[{_LIGATURES}]|[\u1100-\u115f][\u1160-\u11a7][\u11a8-\u11ff]?"
    f"|[^{_UNSEEN}{_MARKS}\\s][{_MARKS}]{{1,4}}"
)


def _plain_letter(match: re.Match[str]) -> str:
    letter = match[0]
    if letter in _PLAIN:
        return _PLAIN[letter]
    if "\ud800" <= letter <= "\uf8ff":
        return "\ufffd"
    usual = unicodedata.normalize("NFKC", letter)
    return usual if len(usual) == 1 else letter


def plain(text: str) -> str:
    """The text with compatibility letters, spaces and quotes unified; exactly as long as before."""
    return _ODD.sub(_plain_letter, text)


@dataclass(frozen=True, slots=True)
class Places:
    """Where each letter of an even text begins and ends in the original, for texts whose length had to change."""

    starts: list[int]
    ends: list[int]

    def part(self, start: int, end: int) -> Places:
        """The places of a part."""
        return Places(self.starts[start:end], self.ends[start:end])


def even(text: str) -> tuple[str, Places | None]:
    """The text composed (`e` and its accent are one letter) and without signs that nobody sees, and the way back."""
    if text.isascii() or not _UNEVEN.search(text):
        return text, None
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    place = 0
    for match in _PIECE.finditer(text):
        first, last = match.span()
        composed = "" if match["unseen"] else _composed(match[0])
        pieces += (text[place:first], composed)
        starts += (*range(place, first), *[first] * len(composed))
        ends += (*range(place + 1, first + 1), *[last] * len(composed))
        place = last
    pieces.append(text[place:])
    starts += range(place, len(text))
    ends += range(place + 1, len(text) + 1)
    return "".join(pieces), Places(starts, ends)


def _composed(piece: str) -> str:
    """A letter with its marks, or a ligature, as it is usually written."""
    return unicodedata.normalize("NFKC" if piece[0] > "\uf000" else "NFC", piece)


def lower(text: str) -> str:
    """The text in lower case, exactly as long as before: letters that would become two stay as they are."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)


def is_word_letter(letter: str) -> bool:
    """Whether a letter belongs to a script that puts spaces between words: Hangul, kana and Han do not count."""
    return letter < "\u1100" and letter.isalnum()


def at_word_boundary(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] does not cut a Latin, Greek or Cyrillic word. `AI반도체` holds AI, `main` does not."""
    # Written out, because it is asked some hundred times in a text.
    if start > 0 and (letter := text[start - 1]) < "\u1100" and letter.isalnum() and is_word_letter(text[start]):
        return False
    return not (
        end < len(text) and (letter := text[end]) < "\u1100" and letter.isalnum() and is_word_letter(text[end - 1])
    )


@dataclass(frozen=True, slots=True)
class View:
    """A field of an article, or a part of it, in two even forms of one length: plain, and plain in lower case."""

    field: Field
    source: str           # the whole field as it is
    plain: str
    folded: str
    offset: int = 0       # of the part in the field, where the length did not change
    places: Places | None = None

    @classmethod
    def of(cls, field: Field, text: str, limit: int) -> View:
        """The first `limit` characters of a field."""
        source = text[:limit]
        composed, places = even(source)
        unified = plain(composed)
        return cls(field, source, unified, lower(unified), 0, places)

    def span(self, start: int, end: int) -> Span:
        """The place as the article's own text has it."""
        if self.places is None:
            first, last = self.offset + start, self.offset + end
        elif start < end:
            first, last = self.places.starts[start], self.places.ends[end - 1]
        else:
            first = last = self.places.starts[start] if start < len(self.places.starts) else len(self.source)
        return Span(self.field, first, last, self.source[first:last])

    def part(self, start: int, end: int) -> View:
        """A part of the field, with places of its own."""
        return View(self.field, self.source, self.plain[start:end], self.folded[start:end], self.offset + start,
                    self.places.part(start, end) if self.places else None)


def views(article: Article) -> tuple[View, View]:
    """Title and text of an article."""
    return View.of("title", article.title, TITLE_LIMIT), View.of("text", article.text, TEXT_LIMIT)


def language_by_letters(text: str) -> str | None:
    """Korean, Japanese or Chinese by the letters of a text; None for other scripts."""
    sample = text[:2_000]
    if sample.isascii():
        return None
    enough = len(sample) / 8
    return next((language for language, letters in SCRIPTS.items() if len(letters.findall(sample)) > enough), None)


def script_of(text: str) -> str | None:
    """Korean, Japanese or Chinese by the letters of a text; a Latin one by its small words; None without letters."""
    if language := language_by_letters(text):
        return language
    return latin_language(text[:2_000]) if re.search("[A-Za-z]", text[:2_000]) else None
