"""Split a text into sentences, in languages with and without spaces."""

from __future__ import annotations

import re

LONGEST = 1_200          # characters; what runs on longer is cut

# One class of first letters lets the search skip to them; the lookbehinds tell them apart.
_BREAK = re.compile(
    r"""[.!?…。！？\n•▲■◆▶](?:(?<=[.!?…])[.!?…]*["')\]»*_]*\s+|(?<=[。！？])[。！？]*[」』"')\]]*\s*"""
    r"""|(?<=[\n•▲■◆▶])\s*)"""
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'])(?:[A-Za-z]|(?:[A-Za-z]\.)+[A-Za-z]|Inc|Corp|Co|Ltd|Cos|Bros|Dr|Mr|Mrs|Ms|Prof|St|No|vs|Jr|Sr|Gen|Gov|Sen|Rep|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|Univ|Dept|Assn|approx|etc|e\.g|i\.e|dlrs|bzw|z\.B|Nr|Mio|Mrd|S\.A)$")
_LIMITED = re.compile(r"(?:Inc|Corp|Co|Ltd|Cos|Bros|[A-Z]\.[A-Z])$")
_NEW_START = re.compile(
    r"(?:The|This|These|That|It|Its|In|We|Our|He|She|They|But|And|As|With|For|At|On|By|Under|Through|Both|Today)\b"
)


def split(text: str, limit: int) -> list[tuple[int, int]]:
    """Start and end of each sentence in the first `limit` characters, without the space around them."""
    found: list[tuple[int, int]] = []
    start = 0
    end_of_text = min(len(text), limit)
    for match in _BREAK.finditer(text, 0, end_of_text):
        if not _ends(text, match):
            continue
        cut = match.start() + len(match[0].rstrip())
        _add(found, text, start, max(cut, match.start()))
        start = match.end()
    _add(found, text, start, end_of_text)
    return found


def _add(found: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end:
        stop = min(end, start + LONGEST)
        if text[start:stop].strip():
            found.append((start, stop))
        start = stop


def _ends(text: str, match: re.Match[str]) -> bool:
    """Whether a break in the text is the end of a sentence."""
    after = text[match.end() : match.end() + 12]
    if "\n" in match[0]:
        # Lines of a wrapped paragraph go on in lower case.
        return "\n\n" in match[0] or not (
            after[:1].islower() and text[match.start() - 1 : match.start()] not in {".", "!", "?"}
        )
    if match[0][0] == "." and after:
        before = text[max(0, match.start() - 12) : match.start()]
        if after[0].islower():
            return False
        if _ABBREVIATION.search(before):
            return bool(_LIMITED.search(before) and _NEW_START.match(after))
    return True
