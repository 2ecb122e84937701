"""Alliances as the Korean press tells them: who, what kind, in which status; and what only looks like one."""

import pytest

from tests.unit.pipeline.rule_hits import hit, summary

HEADLINES = [
    ("삼성전자·네이버, 초거대 AI 반도체 공동 개발 나선다",
     "joint_development", "Naver, Samsung Electronics", "announced"),
    ("KT-LG전자, 인공지능 업무협약 체결", "mou", "KT, LG Electronics", "announced"),
    ("SK텔레콤, 카카오와 AI 동맹 맺는다", "strategic_alliance", "Kakao, SK Telecom", "announced"),
    ("현대차, 엔비디아와 자율주행 합작사 설립", "joint_venture", "Hyundai Motor, NVIDIA", "announced"),
    ("네이버·카카오·KT, 생성형 AI 컨소시엄 출범", "consortium", "KT, Kakao, Naver", "announced"),
    ("KAIST-삼성전자, AI 반도체 공동연구센터 연다",
     "research_collaboration", "KAIST, Samsung Electronics", "announced"),
    ("LG유플러스도 AI 원팀 합류…KT·LG전자와 한솥밥", "consortium", "KT, LG Electronics, LG Uplus", "announced"),
    ("삼성전자, 오픈AI와 손잡고 AI 데이터센터 짓는다",
     "infrastructure_deal", "OpenAI, Samsung Electronics", "announced"),
    ("[단독] 카카오, 오픈AI와 AI 서비스 제휴 논의 중", "partnership", "Kakao, OpenAI", "rumoured"),
    ("네이버·삼성, AI 반도체 동맹 추진하나", "strategic_alliance", "Naver, Samsung Electronics", "rumoured"),
    ("KT, 마이크로소프트와 AI 합작법인 설립 검토", "joint_venture", "KT, Microsoft", "rumoured"),
    ("업스테이지-한겨레, 뉴스 데이터 학습 이용 계약", "content_licensing", "Hankyoreh, Upstage", "announced"),
    ("과기정통부·네이버, 공공 AI 서비스 위해 맞손",
     "public_sector", "Ministry of Science and ICT, Naver", "announced"),
    ("SKT, 앤트로픽에 1억 달러 투자…텔코 LLM 함께 개발", "equity_investment", "Anthropic, SK Telecom", "announced"),
    ("구글 품은 갤럭시…삼성·구글, AI 비서 같이 만든다",
     "joint_development", "Google, Samsung Electronics", "announced"),
    ("LG전자, MS와 AI 홈 로봇 협력 확대", "partnership", "LG Electronics, Microsoft", "announced"),
    ("삼성SDS랑 구글 클라우드, AI 사업 힘 합친다", "partnership", "Google Cloud, Samsung SDS", "announced"),
    ("현대차그룹-보스턴다이내믹스-구글 딥마인드, 휴머노이드 삼각동맹",
     "strategic_alliance", "Boston Dynamics, Google DeepMind, Hyundai Motor Group", "announced"),
    ("'AI 반도체 드림팀' 뜬다…삼성·네이버 뭉쳤다", "partnership", "Naver, Samsung Electronics", "announced"),
    ("네이버 손잡은 인텔, AI칩 새 판 짠다", "partnership", "Intel, Naver", "announced"),
    ("KT, 美 팔란티어와 전략적 파트너십…AI 전환 가속", "strategic_alliance", "KT, Palantir", "announced"),
    ("챗GPT, 카톡에 들어간다…카카오·오픈AI 공식 협력 발표", "partnership", "Kakao, OpenAI", "announced"),
    ("삼성 파운드리, 테슬라 AI칩 만든다…23조 공급 계약",
     "infrastructure_deal", "Samsung Foundry, Tesla", "announced"),
    ("서울대병원-네이버, 의료 LLM 만든다",
     "joint_development", "Naver, Seoul National University Hospital", "announced"),
    ("SK·AWS, 울산 AI 데이터센터 기공", "infrastructure_deal", "Amazon Web Services, SK Group", "announced"),
    ("LG·현대차·두산 '휴머노이드 연합' 결성",
     "strategic_alliance", "Doosan Group, Hyundai Motor, LG Group", "announced"),
    ("카카오엔터프라이즈-연세의료원 'AI 병원' 공동 구축",
     "joint_development", "Kakao Enterprise, Severance Hospital", "announced"),
    ("KBS, 업스테이지와 방송 아카이브 AI 학습 계약", "content_licensing", "KBS, Upstage", "announced"),
    ("현대차·기아, 삼성전자와 차량용 AI 반도체 개발 협력",
     "joint_development", "Hyundai Motor, Kia, Samsung Electronics", "announced"),
    ("네이버-엔비디아 '소버린 AI' 동맹…두 총수 회동", "strategic_alliance", "NVIDIA, Naver", "announced"),
    ("'AI 신약' 손잡은 유한양행·LG AI연구원", "partnership", "LG AI Research, Yuhan Corporation", "announced"),
    ("국내 첫 AI 융합대학원 세운다…GIST-AWS 협약", "mou", "Amazon Web Services, GIST", "announced"),
    ("오픈AI-MS, AI 파트너십 재정립…독점 계약 2032년까지", "partnership", "Microsoft, OpenAI", "announced"),
    ("엔비디아, 한국에 GPU 26만장 푼다…삼성·SK·현대차와 AI 팩토리 구축",
     "infrastructure_deal", "Hyundai Motor, NVIDIA, SK Group, Samsung Electronics", "announced"),
    ("LG AI연구원, 런던증권거래소와 금융 AI 서비스 공동 출시",
     "joint_development", "LG AI Research, London Stock Exchange Group", "announced"),
    ("젠슨 황 만난 이재용…삼성·엔비디아 AI 협력 논의", "partnership", "NVIDIA, Samsung Electronics", "rumoured"),
    ("[단독] 현대차, 삼성과 '자율주행 칩' 맞손…2나노로 만든다",
     "joint_development", "Hyundai Motor, Samsung Electronics", "announced"),
    ("SKT·하나금융, AI 금융 서비스 위해 4000억 지분 맞교환",
     "equity_investment", "Hana Financial Group, SK Telecom", "announced"),
    ("경찰청-KT, AI로 보이스피싱 막는다", "public_sector", "KT, Korean National Police Agency", "announced"),
    ("LG유플러스, 구글과 AI 통화 에이전트 '익시오' 고도화", "partnership", "Google, LG Uplus", "announced"),
]

SENTENCES = [
    ("삼성전자는 12일 SK텔레콤과 인공지능 분야 협력을 위한 양해각서(MOU)를 체결했다고 밝혔다.",
     "mou", "SK Telecom, Samsung Electronics", "announced"),
    ("KT와 서울대학교는 초거대 AI 공동 연구를 위한 업무협약을 맺었다.",
     "mou", "KT, Seoul National University", "announced"),
    ("네이버는 인텔, KAIST와 함께 AI 반도체 공동연구소를 설립한다고 발표했다.",
     "research_collaboration", "Intel, KAIST, Naver", "announced"),
    ("카카오가 SK텔레콤과 3000억원 규모의 지분을 교환하고 AI 사업에서 협력하기로 했다.",
     "equity_investment", "Kakao, SK Telecom", "announced"),
    ("LG전자와 퀄컴은 자율주행 플랫폼을 공동으로 개발하기로 합의했다.",
     "joint_development", "LG Electronics, Qualcomm", "announced"),
    ("두 회사에 따르면 삼성전자와 네이버는 AI 반도체 협력 방안을 협의하고 있다.",
     "partnership", "Naver, Samsung Electronics", "rumoured"),
    ("SK텔레콤 대표는 CES에서 삼성전자 사장을 만나 AI 분야의 초협력을 제안했다.",
     "strategic_alliance", "SK Telecom, Samsung Electronics", "rumoured"),
    ("현대자동차는 중국 바이두와 손잡고 커넥티드카용 인공지능을 만든다.",
     "partnership", "Baidu, Hyundai Motor", "announced"),
    ("LG CNS가 캐나다 AI 기업 코히어와 손잡고 기업용 언어모델을 공동 개발했다고 20일 밝혔다.",
     "joint_development", "Cohere, LG CNS", "announced"),
    ("KT는 마이크로소프트와의 파트너십을 통해 한국형 AI 모델을 개발하고 있다고 설명했다.",
     "partnership", "KT, Microsoft", "announced"),
    ("이번 협약으로 삼성서울병원과 카카오헬스케어는 의료 AI 데이터 플랫폼을 함께 구축한다.",
     "mou", "Kakao Healthcare, Samsung Medical Center", "announced"),
    ("현대오토에버는 엔비디아 등과 함께 'AI 팩토리 얼라이언스'에 참여한다.",
     "consortium", "Hyundai AutoEver, NVIDIA", "announced"),
    ("양사는 인공지능 반도체를 함께 만들기로 했다. 삼성전자와 네이버가 지난 6일 업무협약을 맺었다.",
     "mou", "Naver, Samsung Electronics", "announced"),
]

NEAR_MISSES = [
    "카카오, 오픈AI와 제휴 계획 없다…AI 동맹설 부인",
    "네이버-인텔, AI 반도체 공동연구 종료",
    "삼성전자, AI 스타트업 레인보우로보틱스 인수",
    "업스테이지, 1000억원 투자 유치…AI 모델 고도화",
    "KT, AI 부문장에 MS 출신 전무 영입",
    "네이버-카카오, 생성형 AI 경쟁 격화",
    "[사설] AI 동맹, 삼성과 SK가 나서야",
    "삼성전자·SK하이닉스, AI 수요에 3분기 영업이익 급증",
    "언론사들, 네이버 상대로 AI 학습 저작권 침해 소송",
    "신한은행, 챗GPT 도입해 상담 시간 30% 줄인 비결",
    "KT, AI 파트너사 모집…스타트업 20곳 선정",
    "롯데마트·농협, 조류인플루엔자(AI) 방역 업무협약",
    "손흥민·케인, AI도 놀란 환상의 합작골",
    "여야, AI 기본법 처리 위해 손잡았다",
    "현대건설·삼성물산, 'AI 시대' 아파트 재건축 공동 수주 업무협약",
    "삼성·LG, CES서 AI 가전 대거 공개",
    "네이버·카카오, AI 검색 강화 나섰다",
    "엔비디아·AMD, 中 수출 AI칩 매출 15% 美에 낸다",
    "LG CNS, 미래에셋생명 AI 시스템 구축 사업 수주",
    "구글·애플, AI 앱 수수료 인하",
    "KT·SKT, AI 인재 확보 전쟁",
    "삼성·SK하이닉스, HBM4 개발 속도전",
    "오픈AI, 한국 지사 설립…카카오 출신 대표 선임",
    "네이버-카카오, AI 서비스 장애 잇따라",
    "KB·신한은행, AI 상담사 도입",
    "SKT 'A.' 가입자 1000만 돌파…구글 제미나이도 넘었다",
    "방통위, 구글·메타 AI 개인정보 침해 조사",
    "현대차 노조, AI 로봇 투입 반대",
    "네이버 vs 카카오, AI 메신저 한판 승부",
    "AI 대신 손잡은 노조…KT·SKT 노조 연대",
    "삼성전자, 인텔 출신 AI 칩 설계 전문가 영입",
    "KB증권 '네이버 AI 수혜' 목표가 상향",
]


@pytest.mark.parametrize(("title", "type_", "parties", "status"), HEADLINES)
def test_a_headline_tells_an_alliance(title, type_, parties, status):
    assert summary(hit("ko", title=title)) == (type_, set(parties.split(", ")), status)


@pytest.mark.parametrize(("text", "type_", "parties", "status"), SENTENCES)
def test_a_sentence_tells_an_alliance(text, type_, parties, status):
    assert summary(hit("ko", text=text)) == (type_, set(parties.split(", ")), status)


@pytest.mark.parametrize("title", NEAR_MISSES)
def test_other_news_is_no_alliance(title):
    assert not hit("ko", title=title)["flagged"]
