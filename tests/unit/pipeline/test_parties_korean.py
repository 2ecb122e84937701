"""Korean: names shown by their place, parties without a name, backers and rivals, and what is near the news."""

import pytest

from tests.unit.pipeline.rule_hits import hit, summary

HEADLINES = [
    ("가온랩스-나루소프트 AI 업무협약", "가온랩스, 나루소프트", "announced"),
    ("가온바이오, 나루소프트와 AI 신약 공동연구", "가온바이오, 나루소프트", "announced"),
    ("나루소프트가 가온에어와 손잡고 AI 예약 서비스를 만든다", "가온에어, 나루소프트", "announced"),
    ("KT, MS와 AX 동맹…AI 에이전트 공략", "KT, Microsoft", "announced"),
    ("KT, AI 반도체 스타트업과 손잡았다", "KT", "announced"),
    ("샘 올트먼, 카카오 정신아 대표와 회동…AI 협력 논의", "Kakao", "rumoured"),
]

SENTENCES = [
    ("엔비디아가 투자한 업스테이지는 KT와 AI 업무협약을 맺었다.", "KT, Upstage"),
    ("오픈AI의 대항마 앤트로픽이 SK텔레콤과 AI 협력을 강화한다.", "Anthropic, SK Telecom"),
    ("엔비디아의 경쟁사인 AMD는 네이버와 AI 반도체 협력에 나선다.", "AMD, Naver"),
    ("아마존이 최대주주인 앤트로픽은 LG CNS와 손잡고 기업용 AI를 공급한다.", "Anthropic, LG CNS"),
    ("카카오는 3분기 실적을 발표했다. 이 회사는 KT와 AI 반도체를 공동 개발하기로 했다.", "KT, Kakao"),
    ("가온로보틱스(이하 가온)는 LG전자와 AI 로봇 업무협약을 체결했다.", "LG Electronics, 가온로보틱스"),
    ("SK텔레콤은 도이치텔레콤·이앤그룹·싱텔·소프트뱅크와 AI 합작법인을 설립한다.",
     "Deutsche Telekom, Etisalat, SK Telecom, Singtel, SoftBank Group"),
    ("나루소프트는 12일 가온전자와 AI 로봇 공동 개발을 위한 업무협약을 체결했다고 밝혔다.", "가온전자, 나루소프트"),
]

NEAR_MISSES = [
    ("네이버, 새 사옥 입주",
     "네이버가 새 사옥에 입주했다. 직원 5000명이 이사를 마쳤다.\n[관련기사]\n삼성-KT, AI 반도체 동맹"),
    ("네이버, 새 사옥 입주",
     "네이버가 새 사옥에 입주했다. 직원 5000명이 이사를 마쳤다.\n▶관련기사◀\n삼성-KT, AI 반도체 동맹"),
    ("네이버·CJ, 물류 동맹", "네이버와 CJ대한통운이 당일배송 전략적 제휴를 맺었다. 네이버는 최근 AI 검색도 내놨다."),
    ("", "인공지능 기업 솔트룩스와 신한은행이 사내 카페 운영 업무협약을 체결했다."),
    ("KT, 협력사와 AI 상생 협력 간담회", ""),
    ("현대차, 협력업체와 AI 안전 교육 협약", ""),
    ("기술과 인력, AI 협력이 관건", ""),
    ("가온랩스, 나루소프트 인수 추진…AI 사업 강화", ""),
    ("가온랩스-나루소프트, AI 협력 파기", ""),
    ("가온랩스, 나루소프트와 특허 소송…AI 기술 유출 공방", ""),
    ("가온랩스, 나루소프트에 AI 진단기 납품", ""),
    ("손흥민·이강인, AI 분석으로 본 찰떡 협력", ""),
    ("서울시, AI 스타트업 지원 협력 강화", ""),
]


@pytest.mark.parametrize(("title", "parties", "status"), HEADLINES)
def test_a_headline_tells_who_allies(title, parties, status):
    _, found, said = summary(hit("ko", title=title))
    assert (found, said) == (set(parties.split(", ")), status)


@pytest.mark.parametrize(("text", "parties"), SENTENCES)
def test_a_sentence_tells_who_allies(text, parties):
    assert summary(hit("ko", text=text))[1] == set(parties.split(", "))


@pytest.mark.parametrize(("title", "text"), NEAR_MISSES)
def test_what_is_near_is_no_alliance(title, text):
    assert not hit("ko", title=title, text=text)["flagged"]
