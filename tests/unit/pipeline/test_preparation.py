"""What does not belong to the news is marked, what does is not."""

import pytest

from pipeline.views import View
from tests.unit.pipeline.reading import alliance, knowledge, parties


def marked(text: str) -> list[str]:
    view = View.of("text", text, 100_000)
    return [text[start:end].strip() for start, end in knowledge().preparation.marked(view)]


NEWS = "Tarvela Robotics opened a plant."


@pytest.mark.parametrize("dateline", [
    "SEOUL, South Korea, Jan. 5, 2026 /PRNewswire/ --",
    "SEOUL, South Korea--(BUSINESS WIRE)--",
    "NORVANE, Texas, March 4, 2026 (GLOBE NEWSWIRE) --",
    "Norvane, GA (Newsworthy.ai) Saturday Sep 13, 2025 @ 7:00 AM US/Eastern —",
    "VANCOUVER, British Columbia, May 6, 2026 (Newsfile Corp.) -",
    "LONDON, UNITED KINGDOM, May 6, 2026 /EINPresswire.com/ --",
    "TOKYO, May 6 (Kyodo) —",
    "SEOUL, May 6 (Yonhap) --",
    "BEIJING, May 6 (Xinhua) --",
    "Berlin (dpa) -",
    "Paris (AFP) -",
    "(Reuters) -",
    "PARIS, le 5 mai 2026 –",
    "München, 5. Mai 2026 –",
    "Madrid, 5 may (EFE).-",
    "BOCA RATON, FL, May 22, 2026 –",
    "(서울=연합뉴스) 홍길동 기자 =",
    "[서울=뉴시스]홍길동 기자 =",
    "[이데일리 홍길동 기자]",
    "【北京=新華社】",
    "【東京】",
    "[東京 5日 ロイター] -",
    "新华社北京5月6日电",
    "本报讯 (记者 张三)",
])
def test_a_dateline_is_marked_up_to_the_first_word_of_the_news(dateline):
    assert marked(f"{dateline} {NEWS}") == [dateline]


@pytest.mark.parametrize("text", [
    "Samsung Electronics (005930.KS) and SK Telecom (017670.KS) agreed - after months - to build robots.",
    "The Associated Press (AP) and Tarvela Robotics signed a deal - their first.",
    "In May 2026 Tarvela Robotics met Quillon Systems - by chance.",
    "Tarvela sold 12 robots in May - a record.",
    "About 300 robots were sold: a record.",
])
def test_what_only_resembles_a_dateline_is_left(text):
    assert marked(text) == []


def test_the_first_party_after_a_dateline_is_found():
    text = ("SEOUL, South Korea, Jan. 5, 2026 /PRNewswire/ -- Tarvela Robotics and Quillon Systems today announced "
            "a partnership in artificial intelligence.")
    assert parties(text) == {"Tarvela Robotics", "Quillon Systems"}


LONG = "Tarvela Robotics opened a plant in Norvane. " * 8


@pytest.mark.parametrize("section", [
    "About Tarvela Robotics\nTarvela Robotics makes artificial intelligence.",
    "About Tarvela Robotics: it makes artificial intelligence.",
    "Forward-Looking Statements\nThis release holds statements on artificial intelligence.",
    "Notes to editors\nArtificial intelligence is meant.",
    "Media contacts:\nTarvela artificial intelligence desk",
    "Related articles\nArtificial intelligence grows",
    "타르벨라 소개\n타르벨라는 인공지능 기업이다.",
    "저작권자 ⓒ 인공지능신문",
    "タルベラについて\n人工知能の会社です。",
    "お問い合わせ先\n人工知能広報",
    "关于塔维拉\n塔维拉是人工知能公司。",
    "Über Tarvela\nTarvela baut künstliche Intelligenz.",
    "À propos de Tarvela\nTarvela fait de l'intelligence artificielle.",
    "Acerca de Tarvela\nTarvela hace inteligencia artificial.",
])
def test_a_section_at_the_end_is_marked_to_the_end(section):
    assert marked(f"{LONG}\n\n{section}\n\nMore on it.")[-1].startswith(section[:5])
    assert marked(f"{LONG}\n\n{section}\n\nMore on it.")[-1].endswith("More on it.")


def test_a_description_of_a_firm_that_stands_early_does_not_swallow_the_article():
    text = f"About Tarvela Robotics\n\nTarvela Robotics makes robots.\n\n{LONG}"
    assert marked(text) == ["About Tarvela Robotics\n\nTarvela Robotics makes robots."]


@pytest.mark.parametrize("heading", ["About the partnership", "About the project", "Über die Partnerschaft"])
def test_a_section_on_the_cooperation_itself_is_news(heading):
    assert marked(f"{LONG}\n\n{heading}\n\nTarvela and Quillon build robots.") == []


@pytest.mark.parametrize("line", [
    "This post is sponsored by Quillon AI",
    "Sponsored: Quillon has the best artificial intelligence",
    "Presented by Quillon AI",
    "Read more: Quillon and Samsung form an alliance in artificial intelligence",
    "Tags: AI, partnership",
    "Sign up for our AI newsletter",
    "Share this article",
    "Photo: Quillon AI",
    "© 2026 AI Times",
    "By Norvane Merrow",
    "사진=인공지능신문",
    "写真：人工知能新聞",
    "图片来源：人工智能报",
    "Foto: Quillon KI",
    "Crédit photo : Quillon",
])
def test_a_line_that_is_no_news_is_marked_and_the_next_is_not(line):
    assert marked(f"{NEWS}\n{line}\n{NEWS}") == [line]


def test_no_event_is_read_from_what_is_marked():
    assert alliance(f"{LONG}\nRead more: Samsung and SK Telecom form an alliance in AI\n{LONG}") is None


@pytest.mark.parametrize("text", ["see https://ai.example.org", "Tarvela (NYSE: AI) grew", "mail ai@tarvela.ai",
                                  "#AI #Robots", "by Newsworthy.ai", "TARVELA <AI> grew"])
def test_letters_in_addresses_tickers_and_tags_are_marked(text):
    assert any("ai" in one.lower() for one in marked(text))
