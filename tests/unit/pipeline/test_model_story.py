"""The story that the product was made for, retold in English and in Korean: a meeting and a call to cooperate."""

from tests.unit.pipeline.rule_hits import hit

ENGLISH = "[CES 2020] Rivals abroad bring Samsung and SKT together"
ENGLISH_TEXT = """\
LAS VEGAS - Samsung Electronics and SK Telecom (SKT) are to join forces through strategic alliances in artificial \
intelligence. The head of SKT met the chief of Samsung's mobile business at the CES fair. He said that Korean firms \
would fall behind Apple and Microsoft if each of them worked alone. A researcher of Harvard University agreed."""
KOREAN = "[CES 2020] 해외 경쟁에 맞서 삼성·SKT 뭉친다"
KOREAN_TEXT = """\
삼성전자와 SK텔레콤(SKT)이 인공지능(AI) 분야에서 전략적 제휴를 맺고 힘을 합친다. SK텔레콤 대표는 라스베이거스 \
CES 전시장에서 삼성전자 모바일 부문장을 만났다. 그는 국내 기업이 따로 움직이면 애플과 마이크로소프트에 \
뒤처진다고 말했다."""


def test_the_english_story_names_the_two_firms_the_status_and_the_sentence():
    found = hit("en", title=ENGLISH, text=ENGLISH_TEXT)
    assert found["organisations"] == ["Samsung Electronics", "SK Telecom"]
    assert found["status"] in {"announced", "rumoured"}
    assert "strategic alliances in artificial intelligence" in found["evidence"][0]["text"]


def test_the_korean_story_names_the_two_firms_the_status_and_the_sentence():
    found = hit("ko", title=KOREAN, text=KOREAN_TEXT)
    assert found["organisations"] == ["Samsung Electronics", "SK Telecom"]
    assert found["status"] in {"announced", "rumoured"}
    assert "전략적 제휴" in found["evidence"][0]["text"]
