"""Turn bytes into text where the declared encoding is missing, wrong or too narrow."""

from __future__ import annotations

import codecs
import re

# What is declared, and the larger code page that is in fact used under that name.
_WIDER = {
    "euc_kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "ksc5601": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "latin-1": "cp1252",
    "big5": "big5hkscs",
    "iso8859-9": "cp1254",
}
_BY_LANGUAGE = {"ko": ("cp949",), "ja": ("cp932", "euc_jp"), "zh": ("gb18030", "big5hkscs"), "ru": ("cp1251",)}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_XML = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{2,40})["']""")
_META = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([A-Za-z0-9._-]{2,40})""", re.IGNORECASE)


def codec(name: str | None) -> str | None:
    """Python's codec for a declared encoding, as the wider one that is really meant; None for an unknown name."""
    if not name:
        return None
    name = name.strip().lower()
    try:
        known = codecs.lookup(_WIDER.get(name, name))
    except LookupError:
        return None
    wide = _WIDER.get(known.name, known.name)
    # Codecs such as rot13 or zip are no character sets.
    return (
        wide
        if getattr(known, "_is_text_encoding", True)
        and wide not in {"idna", "punycode", "unicode_escape", "raw_unicode_escape"}
        else None
    )


def decode(body: bytes, declared: str | None = None, language: str | None = None) -> str:
    """The text of a document. Never fails: bytes that no encoding explains become replacement characters.

    A byte order mark decides; then bytes that are valid UTF-8 are UTF-8, whatever is declared, for other text is
    hardly ever so by chance; then the document's own declaration, the HTTP header's (`declared`), and what is
    usual for the `language`.
    """
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body.decode(name, "replace").lstrip("\ufeff")
    if body[:2] in {b"<\0", b"\0<"}:
        return body.decode("utf-16-le" if body[:1] == b"<" else "utf-16-be", "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as failure:
        # One broken or cut-off character in a long text that is UTF-8 before it.
        nearly = failure.start > 200 and any(b > 0x7F for b in body[: failure.start])
    head = body[:2048]
    own = _XML.search(head) or _META.search(head)
    candidates = [
        codec(own[1].decode("ascii")) if own else None,
        codec(declared),
        *_BY_LANGUAGE.get((language or "")[:2], ()),
        "cp1252",
    ]
    names = [c for c in candidates if c and c != "utf-8"]
    if nearly and (not names or codec(own[1].decode("ascii")) == "utf-8" if own else nearly):
        return body.decode("utf-8", "replace")
    for name in names:
        try:
            return body.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return body.decode(names[0], "replace")
