"""From the bytes of a page to its text: which encoding it really is, whatever it declares."""

from __future__ import annotations

import codecs
import re

# The order matters: the mark of UTF-32 begins with that of UTF-16.
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Browsers read these names as the larger encoding, and pages rely on it.
_REALLY = {
    "euc-kr": "cp949", "euckr": "cp949", "ks_c_5601-1987": "cp949", "ksc5601": "cp949", "uhc": "cp949",
    "ms949": "cp949", "windows-949": "cp949", "cseuckr": "cp949",
    "gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932",
    "ms932": "cp932",
    "x-euc-jp": "euc_jp", "big5": "big5hkscs", "x-x-big5": "big5hkscs",
    "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252",
    "ascii": "cp1252", "iso-8859-9": "cp1254", "tis-620": "cp874", "iso-8859-11": "cp874",
}
# Letters that make up a fifth to a half of any running text of the language, one row for each encoding it comes in.
_HAN = "的一是不了在有人这中大来上国和地要于年时我他到以用"
_HAN_OLD = "的一是不了在有人這中大來上國和地要於年時我他到以用"
_KANA = "のにをはがでとしてたいるなもかられこさあっりすまンスルトイラリアクシ"
_COMMON = {
    "cp949": frozenset("이다는에의을를은가하고지도로기사인한서대자리해일시으있어나년"),
    "cp932": frozenset(_KANA),
    "euc_jp": frozenset(_KANA),
    "gb18030": frozenset(_HAN),
    "big5hkscs": frozenset(_HAN_OLD),
    "cp1251": frozenset("оеаинтсрвлкмдпу"),
    "koi8_r": frozenset("оеаинтсрвлкмдпу"),
}
_BY_LANGUAGE = {"ko": ("cp949",), "ja": ("cp932", "euc_jp"), "zh": ("gb18030", "big5hkscs"), "ru": ("cp1251",)}
_ALPHABETS = {"cp1251", "koi8_r"}
_CONVINCING = 0.12     # share of common letters in a right reading: .25 to .4; in a wrong one: below .11
_TRIAL_BYTES = 20_000  # from the first letter beyond ASCII: enough for a clear share
_META = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.\-]{2,40})""", re.IGNORECASE)
_XML = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_:.\-]{2,40})""", re.IGNORECASE)
_RUN = re.compile(rb"[\x80-\xff]{3,}")
_HIGH = re.compile(rb"[\x80-\xff]")


def decode(body: bytes, declared: str | None = None, language: str | None = None) -> str:
    """The text of a page or feed; `declared` is the charset of the HTTP header. What cannot be read becomes U+FFFD.

    `language` decides where the letters do not: a feed may have few.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body.decode(name, "replace").lstrip("\ufeff")
    if wide := _utf16_without_mark(body):
        return body.decode(wide, "replace")
    names = _declared(body, declared)
    if body.isascii():
        # The seven-bit Japanese and Chinese encodings are the only ones that hide letters in ASCII.
        seven_bit = next((n for n in names if n.startswith(("iso2022", "hz"))), None)
        return body.decode(seven_bit or "ascii", "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if _is_damaged_utf8(body):
        return body.decode("utf-8", "replace")
    return body.decode(_legacy(body, names, (language or "")[:2].lower()), "replace")


def _utf16_without_mark(body: bytes) -> str | None:
    head = body[:64]  # a page begins with tags, whatever its language
    if len(head) < 8 or head.count(0) < len(head) * 0.3:
        return None
    return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"


def _declared(body: bytes, header: str | None) -> list[str]:
    """Python's names of the encodings that header and page declare, those that exist, in order of trust."""
    head = body[:4096]
    found = [header] + [m[1].decode("ascii") for p in (_XML, _META) if (m := p.search(head))]
    names = []
    for label in found:
        name = (label or "").strip().strip("\"'").lower()
        try:
            names.append(codecs.lookup(_REALLY.get(name, name)).name)
        except (LookupError, ValueError):
            continue
    return [n for n in dict.fromkeys(names) if _is_text_codec(n)]


def _is_text_codec(name: str) -> bool:
    if "escape" in name or name in {"idna", "punycode"}:
        return False
    try:
        return isinstance(b" ".decode(name), str)
    except (LookupError, UnicodeError):
        return False  # base64, rot13 and others that are no charset


def _is_damaged_utf8(body: bytes) -> bool:
    """UTF-8 with a few broken letters (cut in two, or one pasted line): more than nine in ten sequences are whole."""
    beyond_ascii = [c for c in body[:200_000].decode("utf-8", "replace") if c > "\x7f"]
    broken = beyond_ascii.count("\ufffd")
    return len(beyond_ascii) > 10 * broken


def _legacy(body: bytes, names: list[str], language: str) -> str:
    """The best reading of bytes that are not UTF-8."""
    names = [n for n in names if not n.startswith(("utf", "ascii"))]
    first = _HIGH.search(body)
    sample = body[first.start() if first else 0 :][:_TRIAL_BYTES]
    high = len(_HIGH.findall(sample))
    in_runs = sum(map(len, _RUN.findall(sample)))
    # Accented letters of Latin scripts stand alone; where letters beyond ASCII come in runs it is another script.
    if in_runs < high / 2:
        return next((n for n in names if n not in _COMMON), names[0] if names else "cp1252")
    for name in names:
        if name not in _COMMON and name != "cp1252":
            return name  # Greek, Thai, Arabic …: no profile of letters here, so the declaration counts
        if name in _COMMON and _share(sample, name) >= _CONVINCING:
            return name
    best = max(_COMMON, key=lambda name: _share(sample, name))
    if _share(sample, best) >= _CONVINCING:
        return best
    usual = [n for n in _BY_LANGUAGE.get(language, ()) if _is_readable(sample, n)]
    return next(iter([*usual, *names]), "cp1252")


def _is_readable(sample: bytes, name: str) -> bool:
    return "\ufffd" not in sample.decode(name, "replace")[:-1]  # the sample may end in the middle of a letter


def _share(sample: bytes, name: str) -> float:
    """How much of the letters beyond ASCII are common ones of that language; unreadable bytes count against it."""
    letters = [c for c in sample.decode(name, "replace") if c > "\x7f"]
    common = _COMMON[name]
    unreadable = sum(1 for c in letters if c == "\ufffd")
    share = (sum(1 for c in letters if c in common) - 2 * unreadable) / (len(letters) or 1)
    # An alphabet of one byte a letter reads anything: a third of any text looks common in it.
    return share / 3 if name in _ALPHABETS else share
