"""An article's text in forms of the same length, so that every place found in a form is a place in the original."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.records import Article, Field, Span
from pipeline.tongues import latin_language

TITLE_LIMIT = 1_000       # characters of a title that are read
TEXT_LIMIT = 60_000       # characters of a text that are read for names and topics
EVENT_LIMIT = 20_000      # and for events

# Full-width forms, odd spaces and quotes, NUL, lone surrogates, and the private area that patterns use for slots.
_ODD = re.compile("[\x00\u00a0\u2000-\u200b\u202f\u3000\ufeff\u2018\u2019\u201c\u201d\u2010-\u2013\uff01-\uff5e"
                  "\ud800-\udfff\ue000-\uf8ff]")
_PLAIN = {
    "\u2018": "'",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u2010": "-",
    "\u2011": "-",
    "\u2012": "-",
    "\u2013": "-",
}


def _plain_letter(match: re.Match[str]) -> str:
    letter = match[0]
    if letter in _PLAIN:
        return _PLAIN[letter]
    if "\uff01" <= letter <= "\uff5e":
        return chr(ord(letter) - 0xFEE0)
    return "\ufffd" if "\ud800" <= letter <= "\uf8ff" else " "


def plain(text: str) -> str:
    """The text with compatibility letters, spaces and quotes unified; exactly as long as before."""
    return _ODD.sub(_plain_letter, text)


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
    """A field of an article, or a part of it, in three forms of one length: as it is, plain, and in lower case."""

    field: Field
    original: str
    plain: str
    folded: str
    offset: int = 0       # of the part in the field

    @classmethod
    def of(cls, field: Field, text: str, limit: int) -> View:
        """The first `limit` characters of a field."""
        original = text[:limit]
        even = plain(original)
        return cls(field, original, even, lower(even))

    def span(self, start: int, end: int) -> Span:
        """The place as the article's own text has it."""
        return Span(self.field, self.offset + start, self.offset + end, self.original[start:end])

    def part(self, start: int, end: int) -> View:
        """A part of the field, with places of its own."""
        return View(self.field, self.original[start:end], self.plain[start:end], self.folded[start:end],
                    self.offset + start)


def views(article: Article) -> tuple[View, View]:
    """Title and text of an article."""
    return View.of("title", article.title, TITLE_LIMIT), View.of("text", article.text, TEXT_LIMIT)


def script_of(text: str) -> str | None:
    """Korean, Japanese or Chinese by the letters of a text; a Latin one by its small words; None without letters."""
    sample = text[:2_000]
    for language, letters in (("ko", "[가-힣]"), ("ja", "[\u3041-\u30fe]"), ("zh", "[\u4e00-\u9fff]")):
        if len(re.findall(letters, sample)) * 8 > len(sample):
            return language
    return latin_language(sample) if re.search("[A-Za-z]", sample) else None
