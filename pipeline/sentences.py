"""Split a text into sentences, in languages with and without spaces."""

from __future__ import annotations

import re

_FEW_LINES = 3
_MANY = 0.3               # of the lines of a wrapped text go on in lower case
_FULL_LINE = 40           # characters
_GOING_ON = re.compile(r"\n[a-zà-ÿ]")
_LIST_SIGNS = "-*#0123456789"
LONGEST = 1_200          # characters; what runs on longer is cut

_BULLETS = "•▲■◆▶●○◇□△▽►‣▪◦※★☆✔✓➤"
_CJK = "\u3040-\u30ff\u3400-\u9fff가-힣"
_CLOSING = r"""["'’”)\]»」』】*_]"""
# One class of first letters lets the search skip to them; the lookbehinds tell them apart.
_BREAK = re.compile(
    rf"""[.!?…。！？｡\n{_BULLETS}](?:(?<=[.!?…])(?<![.!?…].)[.!?…]*(?:{_CLOSING}*(?:\s»)?\s+"""
    rf"""|(?:(?<=[다요죠음함임됨까][.!?])|(?<=[{_CJK}][!?]))[!?]*{_CLOSING}*(?=[^\s.,]))"""
    rf"""|(?<=[。！？｡])[。！？!?｡]*{_CLOSING}*\s*|(?<=[\n{_BULLETS}])\s*)"""
)
_BEFORE = 14              # characters before a full stop that tell an abbreviation
_WORDS = (
    "Inc|Corp|Co|Ltd|Cos|Bros|Dr|Mr|Mrs|Ms|Messrs|Prof|St|Mt|Ft|Ave|Blvd|vs|Jr|Sr|Gen|Gov|Sen|Rep|Lt|Col|Sgt|Capt|Rev|Hon|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|Univ|Dept|Assn|Intl|Mfg|Bldg|approx|est|etc|cf|al|dlrs|Ph\.D|"
    "bzw|[Bb]zgl|[Cc]a|Hr|Fr|Mio|Mrd|Tsd|Std|ggf|inkl|evtl|sog|vgl|usw|Abt|Dipl|Ing|geb|"
    "MM|Mme|Mlle|Mgr|Sté|Cie|env|ex|EE|UU|Sra|Srta|Dra|Ud|Uds|ej|Lic|Cía|aprox|Av|Dña"
)
_ABBREVIATION = re.compile(rf"""(?:^|[\s("'«„-])(?:[A-Za-z]|(?:[A-Za-z]\.\s?)+[A-Za-z]|{_WORDS})$""")
# Those that count something end nothing before a number.
_NUMBERED = re.compile(r"(?:^|[\s(])(?:[Nn]os?|[Nn]r|[Aa]rt|[Pp]p?|[Vv]ol|Figs?|Eq|Sec|Abs|Kap|Bd|[Nn]úm|[Pp]ág)$")
# Those that may stand at the end of a sentence too; what follows tells.
_LIMITED = re.compile(r"(?:Inc|Corp|Co|Ltd|Cos|Bros|etc|usw|UU|[A-Z]\.\s?[A-Z]|[ap]\.m|(?:^|\s)[A-Z]|Jr|Sr)$")
_NEW_START = re.compile(
    r"(?:The|This|These|That|It|Its|In|We|Our|He|She|They|But|And|As|With|For|At|On|By|Under|Through|Both|Today|While|"
    r"Der|Die|Das|Ein|Eine|Es|Sie|Er|Wir|Im|Mit|Le|La|Les|L'|Il|Elle|Ils|Elles|Un|Une|Cette|Ce|El|Los|Las|Una|Este|Esta)\b"
)
# "am 3. Mai": a number in the middle of a German sentence; "1." at the start of a line counts items.
_ORDINAL = re.compile(
    r"(?:(?:^|\n)\s{0,4}\(?|\b(?i:am|der|de[mns]|das|die|zu[mr]|vom|im|ab|bis|seit) )\d{1,3}$"
)
_MONTH = re.compile(r"(?:Jan|Feb|März|Apr|Mai\b|Jun|Jul|Aug|Sep|Okt|Nov|Dez|Quartal|Jahrhundert)")
# What is said goes on after its quotation marks: `…다."라고`, `…だ。」と`.
_QUOTED_ON = re.compile(r"(?:이?라[고며는]|고 |며 |[とをがはにのも、])")
# A line that cannot end here goes on in the next one.
_GOES_ON = re.compile(r"(?:,|&|\b(?:and|with|of|the|a|an|to|for|in|by|und|mit|von|et|de|du|y|con|del))$")


def split(text: str, limit: int) -> list[tuple[int, int]]:
    """Start and end of each sentence in the first `limit` characters. Together they hold all but space and bullets."""
    found: list[tuple[int, int]] = []
    start = 0
    end_of_text = min(len(text), limit)
    wrapped = _is_wrapped(text, end_of_text)
    for match in _BREAK.finditer(text, 0, end_of_text):
        if (wrapped and _is_soft(text, match)) or not _ends(text, match):
            continue
        shown = 0 if match[0][0] in _BULLETS else len(match[0].rstrip())
        _add(found, text, start, match.start() + shown)
        start = match.end()
    _add(found, text, start, end_of_text)
    return found


def _add(found: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end:
        stop = min(end, start + LONGEST)
        if text[start:stop].strip():
            found.append((start, stop))
        start = stop


def _is_wrapped(text: str, end: int) -> bool:
    """Whether the lines of a text are cut at a width, as in old wires and mails: many go on in lower case."""
    lines = text.count("\n", 0, end)
    return lines > _FEW_LINES and len(_GOING_ON.findall(text, 0, end)) > _MANY * lines


def _is_soft(text: str, match: re.Match[str]) -> bool:
    """Whether a break is the end of a full line of a wrapped text, without a sign and without a new paragraph after."""
    before = match.start() - 1
    return (
        match[0] == "\n" and text[before] not in ".!?:" and match.end() < len(text)
        and text[match.end()] not in _LIST_SIGNS and before - text.rfind("\n", 0, match.start()) >= _FULL_LINE
    )


def _ends(text: str, match: re.Match[str]) -> bool:
    """Whether a break in the text is the end of a sentence."""
    sign = match[0][0]
    if sign in _BULLETS:
        return True
    after = text[match.end() : match.end() + 12]
    before = text[max(0, match.start() - _BEFORE) : match.start()]
    if "\n" in match[0]:
        # Lines of a wrapped paragraph go on in lower case, or after a word that ends nothing.
        return "\n\n" in match[0] or not (
            (after[:1].islower() and before[-1:] not in {".", "!", "?"}) or (sign == "\n" and _GOES_ON.search(before))
        )
    if not after:
        return True
    if len(match[0].rstrip()) > 1 and _QUOTED_ON.match(after):
        return False
    if sign in ".!?…" and after[0].islower():
        return False
    return sign not in ".!" or not _abbreviates(sign, before, after)


def _abbreviates(sign: str, before: str, after: str) -> bool:
    """Whether a sign belongs to the word before it: `Inc.`, `z. B.`, `3. Mai`, `Yahoo!`."""
    if sign == "!":
        return before.endswith("Yahoo") and not _NEW_START.match(after)
    if after[0].isdigit() and _NUMBERED.search(before):
        return True
    if before[-1:].isdigit():
        return bool(_ORDINAL.search(before) or _MONTH.match(after))
    return bool(_ABBREVIATION.search(before)) and not (_LIMITED.search(before) and _NEW_START.match(after))
