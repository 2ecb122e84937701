"""Where sentences end."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sentences import LONGEST, split
from pipeline.views import plain

# One string is one sentence; what stands between them in the text is given by `between`.
TABLE: dict[str, list[tuple[str, ...]]] = {
    "en": [
        ("One is here.", "Two is there."),
        ("Tarvela Inc. and Quillon Corp. grew in the U.S. market.",),
        ("Tarvela Co., Ltd. and Dr. Merrow met on St. James Ave. in Norvane.",),
        ("It is made by Tarvela Inc.", "The firm sells it."),
        ("They sell in the U.S.", "They plan more."),
        ("It rose 3.5 percent.", "It fell."),
        ("It was ranked No. 1 by Merrow et al. in 2019.",),
        ("They signed, e.g. in Norvane, a deal.",),
        ('He said "yes."', "Then he left."),
        ("Wait... there is more.", "Really!"),
        ("The round was Series B.", "The money is for robots."),
        ("Yahoo! Japan and Tarvela team up.", "They met at 9 a.m. Monday."),
        ("Is it true?", "Yes."),
        ("See Fig. 2 and Vol. 3 for more.",),
    ],
    "de": [
        ("Die Firma baut z. B. Roboter.", "Das ist neu."),
        ("Sie liefert, d. h. sie verkauft.",),
        ("Am 3. Mai beginnt es.", "Der 21. Tag folgt."),
        ("Dr. Merrow und Prof. Tarn kamen.",),
        ("Der Umsatz stieg auf 2,5 Mio. Euro.",),
        ("Das kostet ca. 3.000 Euro bzw. weniger.",),
        ("Ca. Mitte Mai folgt mehr bzgl. Tarvela.", "Wir warten."),
        ("Die Tarvela GmbH & Co. KG wächst.",),
        ("Es kamen u. a. Gäste.", "Wir warten."),
        ("„Wir bauen das.“", "Das sagte sie."),
        ("Nr. 5 ist da.", "Nr. 6 fehlt."),
        ("Kommt es?", "Ja!", "Es kommt."),
    ],
    "fr": [
        ("M. Merrow a signé.", "Le groupe avance."),
        ("Elle vend, p. ex. des robots.",),
        ("La société Tarvela S.A. grandit.",),
        ("C'est Tarvela S.A.", "Le groupe grandit."),
        ("MM. Tarn et Merrow sont là.",),
        ("« Nous signons. »", "Il part."),
        ("Est-ce vrai ?", "Oui !"),
        ("Le chiffre est de 2,5 %.", "Il monte."),
        ("Le Dr. Tarn arrive.", "Elle attend."),
        ("Tarvela & Cie. avance.",),
        ("Il y a env. 30 sites.",),
    ],
    "es": [
        ("La firma crece en EE. UU. y México.",),
        ("Vende en EE. UU.", "La firma crece."),
        ("El Sr. Merrow y la Sra. Tarn firman.",),
        ("Tarvela, S. A. de C. V. firma.",),
        ("Vende, p. ej. robots.",),
        ("¿Es cierto?", "Sí."),
        ("¡Es cierto!", "El acuerdo sigue."),
        ("El Dr. Tarn llega.", "Una firma sigue."),
        ("Cuesta 3.500 euros.", "Es caro."),
        ("Es el núm. 4 de la lista.",),
        ("La Dra. Tarn está en la Av. Norvane.",),
    ],
    "ko": [
        ("타르벨라가 밝혔다.", "퀼론도 밝혔다."),
        ("성장률은 3.5%다.", "늘었다."),
        ("(주)타르벨라와 협력한다.", "양사는 만난다."),
        ("타르벨라 Co., Ltd.가 맡는다.",),
        ('"함께 만들겠다."라고 말했다.', "회의는 끝났다."),
        ("정말인가?", "그렇다."),
        ("발표했습니다.", "감사합니다."),
        ("매출은 1.2조원, 이익은 3.4억원이다.",),
        ("협력을 논의했다…", "결과는 미정이다."),
        ("손잡는다!", "새 동맹이다."),
        ("오는 5월 3일 출시한다.", "가격은 미정이다."),
    ],
    "ja": [
        ("タルベラは提携した。", "発表した。"),
        ("「協力する。」と述べた。", "続く。"),
        ("成長率は3.5%だ。", "増えた。"),
        ("本当か？", "はい。"),
        ("提携！", "新しい。"),
        ("タルベラ(東京・港)が発表した。", "社長は語った。"),
        ("株式会社タルベラは、Quillon Inc.と組む。",),
        ("『新製品』を出す。", "来月だ。"),
        ("売上高は1.2兆円。", "利益は減る。"),
        ("会見した｡", "続く｡"),
        ("「開発する」と話した。", "二社は協力する。"),
    ],
    "zh": [
        ("两家公司合作。", "今天宣布。"),
        ("合作！", "开始？！", "结束。"),
        ("他说：“我们合作。”", "然后离开。"),
        ("增长3.5%。", "下降。"),
        ("塔维拉(北京)有限公司成立。", "资金到位。"),
        ("是吗？", "是。"),
        ("本报讯。", "记者获悉。"),
        ("第1名是塔维拉。", "第2名是奎隆。"),
        ("Tarvela Co., Ltd.与奎隆合作。",),
        ("合作；共建；共享。",),
        ("《新协议》签署。", "双方满意。"),
    ],
}
BULLETS = "•▲■◆▶●○◇□△▽►‣▪◦※★☆✔✓➤"
SPACED = {"en", "de", "fr", "es", "ko"}


def parts(text: str) -> list[str]:
    even = plain(text)
    return [text[start:end].strip() for start, end in split(even, len(text))]


@pytest.mark.parametrize(("language", "wanted"), [(language, row) for language, rows in TABLE.items() for row in rows])
def test_a_sentence_ends_at_its_sign_but_not_at_an_abbreviation(language, wanted):
    assert parts((" " if language in SPACED else "").join(wanted)) == list(wanted)


@pytest.mark.parametrize(("text", "wanted"), [
    ("A headline\n\nA paragraph that follows", ["A headline", "A paragraph that follows"]),
    ("Tarvela and Quillon ally\nThe firms said so.", ["Tarvela and Quillon ally", "The firms said so."]),
    ("a line that is\nwrapped in the middle", ["a line that is\nwrapped in the middle"]),
    ("Tarvela and\nQuillon met.", ["Tarvela and\nQuillon met."]),
    ("1. Tarvela grows\n2. Quillon falls", ["1. Tarvela grows", "2. Quillon falls"]),
    ("- robots\n- ships\n* Trains", ["- robots", "- ships", "* Trains"]),
    ("News: • Tarvela grows • Quillon falls", ["News:", "Tarvela grows", "Quillon falls"]),
    ("타르벨라가 밝혔다.퀼론도 밝혔다.", ["타르벨라가 밝혔다.", "퀼론도 밝혔다."]),
    ("见了!走了?是", ["见了!", "走了?", "是"]),
])
def test_lines_and_bullets_part_sentences_unless_a_line_is_wrapped(text, wanted):
    assert parts(text) == wanted


def test_a_text_with_lines_of_one_width_is_read_over_their_ends():
    text = (
        "TARVELA <TRV> IN PACT\nTarvela Robotics of Norvane said on Monday that it has\nformed a joint venture with "
        "its old neighbour and\nQuillon Systems to make robots for the city and its\nharbour in the north of the "
        "country. It said that\nthe\n    Quillon was not there.\n"
    )
    headline, first, *_ = parts(text)
    assert headline == "TARVELA <TRV> IN PACT"
    assert first.startswith("Tarvela Robotics of")
    assert first.endswith("the north of the country.")


@given(st.one_of(st.text(), st.text(alphabet='AaZ다。.!?…」" \n\r\t1•\u3000的', max_size=200)), st.integers(0, 300))
def test_sentences_cover_all_but_space_and_bullets_in_order_and_without_overlap(text, limit):
    places = split(text, limit)
    assert all(0 <= start < end <= min(limit, len(text)) for start, end in places)
    assert all(end <= start for (_, end), (start, _) in pairwise(places))
    covered = {place for start, end in places for place in range(start, end)}
    left = {text[place] for place in range(min(limit, len(text))) if place not in covered}
    assert all(letter.isspace() or letter in BULLETS for letter in left)


def test_a_sentence_without_end_is_cut():
    assert max(end - start for start, end in split("word " * 2_000, 10_000)) <= LONGEST
