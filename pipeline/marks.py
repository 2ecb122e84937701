"""Find what tells one deal of the same parties from another, in a form that all languages share.

A mark is a short string: `theme:robots`, `name:nova-7`, `org:Example Bank`, `number:500`, `sum:2e+09`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from core.text import fold
from pipeline.reading import Reading
from pipeline.themes import ThemeBook

LEAD = 1_000              # characters of a text that are read
MOST = 40                 # marks of an article
_LARGE = 1e6              # from here on a number is a sum
_LEAST = 32               # smaller numbers are days, counts of partners and the like

_NUMBER = re.compile(
    r"(?<![A-Za-z\d.,])(\d{1,3}(?:[.,]\d{3})+(?![\d])|\d+(?:[.,]\d+)?)\s?"
    r"(trillion|billion|million|thousand|bn|mn|milliarden|millionen|million|mrd|mio|milliards?|millions|"
    r"천만|백만|천억|백억|십억|조|억|만|천|千万|百万|千亿|千億|百亿|十亿|兆|亿|億|万|m(?![\w])|b(?![\w]))?",
    re.IGNORECASE)
_TIMES = {
    "thousand": 1e3, "million": 1e6, "millions": 1e6, "mn": 1e6, "m": 1e6, "mio": 1e6, "millionen": 1e6, "billion": 1e9,
    "bn": 1e9, "b": 1e9, "mrd": 1e9, "milliarden": 1e9, "milliard": 1e9, "milliards": 1e9, "trillion": 1e12,
    "천": 1e3, "만": 1e4, "백만": 1e6, "천만": 1e7, "억": 1e8, "십억": 1e9, "백억": 1e10, "천억": 1e11, "조": 1e12,
    "万": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8, "億": 1e8, "十亿": 1e9, "百亿": 1e10, "千亿": 1e11, "千億": 1e11,
    "兆": 1e12,
}
_COMMA_IS_POINT = {"de", "fr", "es", "it", "pt"}
_WORD = re.compile(r"[A-Za-zÀ-ÖØ-öø-ž](?:[A-Za-zÀ-ÖØ-öø-ž0-9]|[-.](?=[A-Za-z0-9]))*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:\n\"'(]\s*)$")
_CAPITALS_MEAN_NOTHING = {"de"}          # every noun has one
_COMMON = frozenset({
    "ai", "a.i.", "ceo", "cto", "cfo", "coo", "cio", "mou", "it", "ict", "us", "usa", "u.s", "eu", "uk", "un", "ces",
    "mwc", "inc", "ltd", "llc", "corp", "co", "plc", "llm", "llms", "gpu", "gpus", "api", "esg", "ipo", "kst", "gmt",
    "pr", "ki", "ia", "sns", "b2b", "b2c", "saas", "january", "february", "march", "april", "may", "june", "july",
    "august", "september", "october", "november", "december", "monday", "tuesday", "wednesday", "thursday", "friday",
    "saturday", "sunday", "america", "american", "asia", "asian", "britain", "british", "canadian", "china", "chinese",
    "dutch", "england", "english", "europe", "european", "finnish", "france", "french", "german", "germany", "india",
    "indian", "israeli", "italian", "italy", "japan", "japanese", "korea", "korean", "north", "russian", "south",
    "spain", "spanish", "states", "swedish", "swiss", "taiwanese", "united",
})


def marks(title: Reading, text: Reading, parties: Sequence[str], language: str | None, themes: ThemeBook) -> list[str]:
    """The marks of title and lead, without what the parties' own names say."""
    found: dict[str, None] = {}
    for reading, end in ((title, LEAD), (text, min(text.lead_end, LEAD))):
        taken = [(name.start, name.end) for name in reading.every
                 if name.kind == "name" and (name.known or name.organisations[0] in parties)] + reading.marked
        found |= dict.fromkeys(f"theme:{theme}" for at, theme in themes.find(reading.view, end) if _free(at, taken))
        found |= dict.fromkeys(f"org:{name.organisations[0]}" for name in reading.names
                               if name.kind == "name" and name.known and name.organisations and name.start < end
                               and name.organisations[0] not in parties)
        plain = reading.view.plain[:end]
        found |= dict.fromkeys(f"name:{word}" for at, word in _words(plain, language, reading is title)
                               if _free(at, taken))
        found |= dict.fromkeys(mark for at, mark in numbers(plain, language) if _free(at, taken))
    return list(found)[:MOST]


def _free(place: int, taken: Sequence[tuple[int, int]]) -> bool:
    return not any(start <= place < end for start, end in taken)


def _words(text: str, language: str | None, is_title: bool) -> Iterator[tuple[int, str]]:
    """Words in Latin letters that are names of something: with digits or capitals inside, or capitalised."""
    native = language in {"ko", "ja", "zh"}
    for match in _WORD.finditer(text):
        word = match[0]
        folded = fold(word)
        if len(word) < 3 or folded in _COMMON or not _COMMON.isdisjoint(folded.split("-")):
            continue
        inner = word[1:] != word[1:].lower() or any(letter.isdigit() for letter in word)
        if not inner:
            if not word[0].isupper() or language in _CAPITALS_MEAN_NOTHING:
                continue
            if not native and (is_title or _SENTENCE_START.search(text, max(0, match.start() - 4), match.start())):
                continue
        yield match.start(), folded


def numbers(text: str, language: str | None) -> Iterator[tuple[int, str]]:
    """Numbers that are neither years nor small; large ones as sums, to two digits."""
    last_end, total, last_times, began = -2, 0.0, 0.0, 0
    for match in [*_NUMBER.finditer(text), None]:
        value, times = (_value(match[1], language), _TIMES.get((match[2] or "").lower(), 1.0)) if match else (0.0, 1.0)
        if match and match.start() - last_end <= 1 and 1 < times < last_times:
            total += value * times                       # 2조 5천억
        else:
            if total and (mark := _mark(total)):
                yield began, mark
            total = 0.0
            if match and not (times == 1.0 and match[1].isdigit() and (1900 <= value <= 2100 or value < _LEAST)):
                total, began = value * times, match.start()
        last_times = times
        last_end = match.end() if match else 0


def _mark(value: float) -> str:
    if value < _LEAST:
        return ""
    return f"sum:{value:.1e}" if value >= _LARGE else f"number:{value:g}"


def _value(written: str, language: str | None) -> float:
    """A number as its language writes it."""
    decimal = "," if language in _COMMA_IS_POINT else "."
    thousands = "." if decimal == "," else ","
    head, _, tail = written.rpartition(thousands)
    if head and len(tail) != 3:              # 1,5 in an English text is a foreign 1.5
        return float(f"{head.replace(thousands, '').replace(decimal, '')}.{tail}")
    whole = written.replace(thousands, "")
    return float(whole.replace(decimal, ".")) if whole.count(decimal) == 1 else float(whole.replace(decimal, ""))
