"""Pages are read in the encoding that they really have."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.encoding import decode

KOREAN = ("한빛전자와 새솔텔레콤은 인공지능 분야에서 전략적 제휴를 맺고 공동 연구소를 "
          "설립하기로 했다고 6일 밝혔다. 똠방각하 펲시콜라도 있다.")
JAPANESE = "青空電機とみどり通信は、人工知能の研究開発で提携すると発表した。新しい会社を東京に設立する予定だという。"
SIMPLIFIED = "远山科技和清河通信在北京宣布，双方将在人工智能领域进行合作，这是我国企业在这一领域的第一次大规模合作。"
TRADITIONAL = "遠山科技和清河通信在台北宣布，雙方將在人工智慧領域進行合作，這是我國企業在這一領域的第一次大規模合作。"
RUSSIAN = "Компании объявили о сотрудничестве в области искусственного интеллекта и создании совместного предприятия."
FRENCH = "Les deux sociétés ont signé un accord à Orléans : l’été dernier, elles avaient déjà créé un comité."


def page(text: str, charset: str | None) -> str:
    meta = f'<meta charset="{charset}">' if charset else ""
    return f"<html><head>{meta}<title>t</title></head><body>" + f"<p>{text}</p>" * 8 + "</body></html>"


@pytest.mark.parametrize(("text", "codec", "label"), [
    (KOREAN, "cp949", "euc-kr"), (KOREAN, "cp949", "ks_c_5601-1987"), (KOREAN, "utf-8", "utf-8"),
    (JAPANESE, "cp932", "Shift_JIS"), (JAPANESE, "euc_jp", "EUC-JP"), (JAPANESE, "iso2022_jp", "iso-2022-jp"),
    (SIMPLIFIED, "gb18030", "gb2312"), (TRADITIONAL, "big5", "big5"),
    (RUSSIAN, "cp1251", "windows-1251"), (RUSSIAN, "koi8_r", "koi8-r"), (FRENCH, "cp1252", "iso-8859-1"),
])
@pytest.mark.parametrize("where", ["header", "meta"])
def test_a_declared_encoding_is_read_as_browsers_read_it(text: str, codec: str, label: str, where: str) -> None:
    body = page(text, label if where == "meta" else None).encode(codec)
    assert text in decode(body, label if where == "header" else None)


@pytest.mark.parametrize(("text", "codec"), [
    (KOREAN, "cp949"), (JAPANESE, "cp932"), (JAPANESE, "euc_jp"), (SIMPLIFIED, "gb18030"), (TRADITIONAL, "big5"),
    (RUSSIAN, "cp1251"), (RUSSIAN, "koi8_r"), (FRENCH, "cp1252"), (KOREAN, "utf-8"), (FRENCH, "utf-8"),
])
@pytest.mark.parametrize("claimed", [None, "utf-8", "iso-8859-1", "no-such-charset", "base64"])
def test_a_missing_or_wrong_declaration_is_found_out(text: str, codec: str, claimed: str | None) -> None:
    assert text in decode(page(text, claimed).encode(codec), claimed)


@pytest.mark.parametrize("label", ["csEUCKR", "windows-949", "Windows-31J"])
def test_rare_names_of_usual_encodings_are_known(label: str) -> None:
    text = JAPANESE if label == "Windows-31J" else KOREAN
    assert text[:20] in decode(page(text[:20], label).encode("cp932" if text is JAPANESE else "cp949"))


@pytest.mark.parametrize(("text", "codec", "declared"), [
    (KOREAN, "cp949", None), (KOREAN, "cp949", "us-ascii"), (JAPANESE, "cp932", "utf-8"), (SIMPLIFIED, "gb18030", None),
    (KOREAN[:40], "iso2022_kr", "iso-2022-kr"), (SIMPLIFIED, "hz", "hz-gb-2312"),
])
def test_a_feed_is_read_whatever_it_declares(text: str, codec: str, declared: str | None) -> None:
    feed = f"<rss><channel><item><title>{text}</title></item></channel></rss>"
    assert text in decode(feed.encode(codec), declared)


@pytest.mark.parametrize("claimed", ["euc-kr", "shift_jis", "gb2312", "windows-1252"])
def test_valid_utf8_wins_over_any_declaration(claimed: str) -> None:
    assert KOREAN in decode(page(KOREAN, claimed).encode(), claimed)


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_and_byte_order_marks_are_seen(codec: str) -> None:
    text = decode(page(KOREAN, None).encode(codec), "iso-8859-1")
    assert KOREAN in text
    assert text.startswith("<html>")


def test_utf8_with_a_letter_cut_in_two_stays_utf8() -> None:
    body = page(KOREAN, "utf-8").encode().replace("한빛".encode(), "한빛".encode()[:-1], 1)
    text = decode(body)
    assert KOREAN in text
    assert "\ufffd" in text


@given(st.binary(max_size=400),
       st.sampled_from([None, "utf-8", "euc-kr", "utf-16", "idna", "unicode_escape", "hz", "x"]))
@settings(max_examples=300, deadline=None)
def test_no_bytes_make_decoding_fail(body: bytes, claimed: str | None) -> None:
    assert isinstance(decode(body, claimed), str)
