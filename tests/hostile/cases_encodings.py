"""Every encoding in use, for feeds and for pages, declared rightly, wrongly and not at all."""

from __future__ import annotations

from tests.hostile.case import Case
from tests.hostile.texts import TITLES, page
from tests.outlet_server import Reply


def _feed(title: str, declared: str | None) -> str:
    prolog = f'<?xml version="1.0" encoding="{declared}"?>' if declared else '<?xml version="1.0"?>'
    return (f'{prolog}<rss version="2.0"><channel><title>{title}</title><item><title>{title}</title>'
            "<link>{base}/a-1</link></item></channel></rss>")


def _case(name: str, language: str, codec: str, *, header: str | None = None, prolog: str | None = None,
          meta: str | None = None, mark: bytes = b"", country: str = "") -> Case:
    title = TITLES[language]
    charset = f"; charset={header}" if header else ""
    head = f'<meta charset="{meta}">' if meta else ""
    if codec in {"latin-1", "cp1252", "iso8859-15"}:
        title = title.replace("’", "'") if codec != "cp1252" else title
    def encoded(text: str) -> bytes:
        return mark + (text if codec == "cp1252" else text.replace("’", "'")).encode(codec)
    return Case("encoding", name, {
        "/feed": Reply(encoded(_feed(title, prolog)), "application/rss+xml" + charset),
        "/a-1": Reply(encoded(page(title, language, head=head)), "text/html" + charset),
    }, (title if codec == "cp1252" else title.replace("’", "'"),), more=f"language: {language}\n",
        check=lambda passes: None if _reads(passes[-1].articles, language) else _fail(passes[-1].articles))


def _reads(articles: list[dict], language: str) -> bool:  # type: ignore[type-arg]
    return len(articles) == 1 and "\ufffd" not in articles[0]["text"] and articles[0]["text"].endswith(
        {"ko": "반겼다.", "ja": "歓迎した。", "zh": "表示欢迎。", "zh-TW": "表示歡迎。", "ru": "сохранятся.",
         "de": "bleiben.", "fr": "confirment.", "pl": "utrzymają."}[language])


def _fail(articles: list[dict]) -> None:  # type: ignore[type-arg]
    raise AssertionError([(a["title"], a["text"]) for a in articles])


ENCODINGS = [
    _case("EUC-KR in header, prolog and meta", "ko", "euc_kr", header="euc-kr", prolog="EUC-KR", meta="euc-kr"),
    _case("EUC-KR in the document only", "ko", "euc_kr", prolog="euc-kr", meta="euc-kr"),
    _case("EUC-KR in the header only", "ko", "euc_kr", header="EUC-KR"),
    _case("EUC-KR undeclared", "ko", "euc_kr"),
    _case("EUC-KR declared as UTF-8", "ko", "euc_kr", header="utf-8", prolog="utf-8", meta="utf-8"),
    _case("EUC-KR declared as Latin-1", "ko", "euc_kr", header="ISO-8859-1", prolog="ISO-8859-1", meta="iso-8859-1"),
    _case("EUC-KR as ks_c_5601-1987", "ko", "euc_kr", prolog="ks_c_5601-1987", meta="ks_c_5601-1987"),
    _case("cp949 declared as EUC-KR", "ko", "cp949", prolog="euc-kr", meta="euc-kr"),
    _case("UTF-8 declared as EUC-KR", "ko", "utf-8", header="euc-kr", prolog="euc-kr", meta="euc-kr"),
    _case("Shift-JIS", "ja", "shift_jis", prolog="Shift_JIS", meta="shift_jis"),
    _case("Shift-JIS as x-sjis", "ja", "cp932", header="x-sjis"),
    _case("Shift-JIS declared as EUC-JP", "ja", "cp932", prolog="euc-jp", meta="euc-jp"),
    _case("Shift-JIS undeclared", "ja", "cp932"),
    _case("EUC-JP", "ja", "euc_jp", prolog="EUC-JP", meta="euc-jp"),
    _case("EUC-JP declared as Shift-JIS", "ja", "euc_jp", prolog="Shift_JIS", meta="shift_jis"),
    _case("EUC-JP undeclared", "ja", "euc_jp"),
    _case("ISO-2022-JP", "ja", "iso2022_jp", header="iso-2022-jp", prolog="ISO-2022-JP", meta="iso-2022-jp"),
    _case("ISO-2022-JP in the document only", "ja", "iso2022_jp", prolog="ISO-2022-JP", meta="iso-2022-jp"),
    _case("GB2312", "zh", "gb2312", prolog="gb2312", meta="gb2312"),
    _case("GBK declared as GB2312", "zh", "gbk", header="gb2312", prolog="gb2312", meta="gb2312"),
    _case("GB18030", "zh", "gb18030", header="gb18030", prolog="GB18030", meta="gb18030"),
    _case("GBK undeclared", "zh", "gbk"),
    _case("GBK declared as UTF-8", "zh", "gbk", header="utf-8", prolog="utf-8", meta="utf-8"),
    _case("Big5", "zh-TW", "big5", prolog="Big5", meta="big5"),
    _case("Big5 undeclared", "zh-TW", "big5"),
    _case("UTF-16 with mark, little end first", "ko", "utf-16-le", mark=b"\xff\xfe", header="utf-16", prolog="UTF-16"),
    _case("UTF-16 with mark, big end first", "ja", "utf-16-be", mark=b"\xfe\xff", prolog="UTF-16"),
    _case("UTF-16 without mark, little end first", "ko", "utf-16-le", header="utf-16le", prolog="UTF-16"),
    _case("UTF-16 without mark, big end first", "zh", "utf-16-be", header="utf-16be", prolog="UTF-16"),
    _case("UTF-16 declared as UTF-8", "ru", "utf-16-le", mark=b"\xff\xfe", header="utf-8", prolog="utf-8"),
    _case("UTF-32 with mark", "ja", "utf-32-le", mark=b"\xff\xfe\0\0", header="utf-32", prolog="UTF-32"),
    _case("UTF-32 with mark, big end first", "ko", "utf-32-be", mark=b"\0\0\xfe\xff", header="utf-32"),
    _case("UTF-8 with mark, declared as Latin-1", "fr", "utf-8", mark=b"\xef\xbb\xbf", header="iso-8859-1",
          prolog="iso-8859-1", meta="iso-8859-1"),
    _case("UTF-8 undeclared", "de", "utf-8"),
    _case("windows-1251", "ru", "cp1251", prolog="windows-1251", meta="windows-1251"),
    _case("windows-1251 undeclared", "ru", "cp1251"),
    _case("KOI8-R", "ru", "koi8_r", header="koi8-r", prolog="koi8-r"),
    _case("KOI8-R undeclared", "ru", "koi8_r"),
    _case("KOI8-R declared as windows-1251", "ru", "koi8_r", prolog="windows-1251", meta="windows-1251"),
    _case("windows-1252 declared as Latin-1", "fr", "cp1252", header="iso-8859-1", prolog="iso-8859-1"),
    _case("windows-1252 undeclared", "fr", "cp1252"),
    _case("ISO-8859-1 declared as UTF-8", "de", "latin-1", header="utf-8", prolog="utf-8", meta="utf-8"),
    _case("ISO-8859-15", "fr", "iso8859-15", header="iso-8859-15", prolog="iso-8859-15", meta="iso-8859-15"),
    _case("ISO-8859-2", "pl", "iso8859-2", header="iso-8859-2", prolog="iso-8859-2", meta="iso-8859-2"),
    _case("windows-1250", "pl", "cp1250", prolog="windows-1250", meta="windows-1250"),
    _case("a charset that does not exist", "de", "utf-8", header="utf-9", prolog="klingon", meta="none"),
    _case("a charset that is no charset", "de", "utf-8", header="rot13", prolog="base64", meta="zip"),
    _case("the charset in quotes", "ko", "cp949", header='"euc-kr"'),
]
