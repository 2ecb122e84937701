"""Alliances as the Japanese press tells them: who, what kind, in which status; and what only looks like one."""

import pytest

from tests.unit.pipeline.rule_hits import hit, summary

HEADLINES = [
    ("富士通がデンソーなどと生成AIで提携", "partnership", "Denso, Fujitsu", "announced"),
    ("トヨタとソフトバンク、自動運転で提携", "partnership", "SoftBank Group, Toyota Motor", "announced"),
    ("NTTとさくらインターネット、生成AI基盤を共同開発", "joint_development", "NTT, Sakura Internet", "announced"),
    ("ソニー、マイクロソフトとAI半導体で協業", "partnership", "Microsoft, Sony Group", "announced"),
    ("富士通と理研、AI創薬で共同研究", "research_collaboration", "Fujitsu, RIKEN", "announced"),
    ("日立・NVIDIA、産業用AIで戦略的提携", "strategic_alliance", "Hitachi, NVIDIA", "announced"),
    ("KDDIと三菱商事、AIデータセンター運営の合弁会社設立",
     "joint_venture", "KDDI, Mitsubishi Corporation", "announced"),
    ("NEC、東大と生成AIの人材育成で覚書", "mou", "NEC, University of Tokyo", "announced"),
    ("ホンダ、米ヘルムAIと組み自動運転ソフト開発", "partnership", "Honda Motor, ヘルムAI", "announced"),
    ("ソフトバンクとオープンAI、日本で合弁検討", "joint_venture", "OpenAI, SoftBank Group", "rumoured"),
    ("楽天とオープンAI、対話AIでタッグ", "partnership", "OpenAI, Rakuten", "announced"),
    ("パナソニック、生成AIでアンソロピックと資本業務提携", "equity_investment", "Anthropic, Panasonic", "announced"),
    ("NTT・KDDI・ソフトバンク、国産AIでコンソーシアム設立", "consortium", "KDDI, NTT, SoftBank Group", "announced"),
    ("日産、ウェイブと自動運転の協議", "partnership", "Nissan Motor, Wayve", "rumoured"),
    ("読売新聞、OpenAIに記事提供 生成AIの学習でライセンス契約",
     "content_licensing", "OpenAI, Yomiuri Shimbun", "announced"),
    ("ルネサスとホンダ、AI半導体で手を組む", "partnership", "Honda Motor, Renesas", "announced"),
    ("トヨタとエヌビディア、自動運転AIの半導体で協業", "partnership", "NVIDIA, Toyota Motor", "announced"),
    ("ソフトバンクG、オープンAIに4兆円出資 AI事業で連携",
     "equity_investment", "OpenAI, SoftBank Group", "announced"),
    ("東大・富士通・理研、量子AIの研究拠点を共同設置",
     "research_collaboration", "Fujitsu, RIKEN, University of Tokyo", "announced"),
    ("NTTドコモ、三井住友と組みAI決済", "partnership", "NTT Docomo, 三井住友", "announced"),
    ("ホンダとGM、自動運転タクシーの新会社", "partnership", "General Motors, Honda Motor", "announced"),
    ("共同通信、グーグルとAI向け記事提供で合意", "content_licensing", "Google, Kyodo News", "announced"),
    ("日本IBMと慶応大、生成AI人材を育成", "partnership", "IBM, Keio University", "announced"),
    ("デンソー×クアルコム、車載AIチップで提携", "partnership", "Denso, Qualcomm", "announced"),
    ("NEC・オープンAI、日本企業向けに生成AI展開で協業", "partnership", "NEC, OpenAI", "announced"),
    ("JR東日本、日立と鉄道の生成AIを開発", "joint_development", "Hitachi, JR East", "announced"),
    ("LINEヤフー、オープンAIと連携協定", "mou", "LY Corporation, OpenAI", "announced"),
    ("KDDI、シャープ堺工場でAIデータセンター 両社が基本合意", "mou", "KDDI, Sharp", "announced"),
    ("日立とエヌビディアが「AIファクトリー」構築", "infrastructure_deal", "Hitachi, NVIDIA", "announced"),
    ("オープンAIとソフトバンク、AI新会社設立へ", "joint_venture", "OpenAI, SoftBank Group", "announced"),
    ("資生堂、NECのAIで肌診断 共同開発", "joint_development", "NEC, 資生堂", "announced"),
    ("ハマナスと香川県、生成AIの活用で連携協定", "mou", "ハマナス, 香川県", "announced"),
    ("グーグルと静岡県がタッグ、観光にAI", "partnership", "Google, 静岡県", "announced"),
    ("ルネサス、台湾アオゾラテックとAI半導体で提携", "partnership", "Renesas, アオゾラテック", "announced"),
    ("JR西日本とNEC、鉄道保守でAI共同研究", "research_collaboration", "JR西日本, NEC", "announced"),
    ("KDDI、東大発のELYZAと生成AIで提携", "partnership", "ELYZA, KDDI", "announced"),
    ("富士通、エヌビディアと組みAI基盤", "joint_development", "Fujitsu, NVIDIA", "announced"),
]

SENTENCES = [
    ("富士通は5日、米アマゾン・ドット・コムと生成AIの分野で業務提携すると発表した。",
     "partnership", "Amazon, Fujitsu", "announced"),
    ("トヨタ自動車とNTTは自動運転の実用化に向け、資本業務提携を結ぶことで基本合意した。",
     "equity_investment", "NTT, Toyota Motor", "announced"),
    ("関係者によると、ソニーグループは台湾の鴻海とAI向けセンサーの共同生産を協議している。",
     "joint_development", "Foxconn, Sony Group", "rumoured"),
    ("両社によると、NECと日立製作所は企業向けのAIエージェントを共同で開発する。",
     "joint_development", "Hitachi, NEC", "announced"),
]

NEAR_MISSES = [
    "ソフトバンク、AI新興企業を買収",
    "サカナAI、200億円を調達 三菱UFJなど参加",
    "日産とホンダ、AI車の協業を解消",
    "トヨタ、NTTとのAI提携報道を否定",
    "富士通、AI部門トップに元グーグル幹部を起用",
    "読売新聞、AI企業パープレキシティを提訴",
    "NTTとKDDI、AI投資で競争激化",
    "三菱UFJ、ChatGPT導入で月22万時間の業務削減",
    "〈社説〉AIとの協働 人間の役割は",
    "ソニー、AI半導体好調で純利益最高",
    "自民・公明、AI法案で連携確認",
    "大谷とベッツがアベック弾、AI予想的中",
    "NEC、新しい生成AI「cotomi」を提供開始",
    "ソニー、任天堂がAI活用のゲームを発売",
    "トヨタ・ホンダ、AI人材を募集",
    "グーグル、メタがAI半導体に巨額投資",
    "NTT、富士通のAI部門を買収",
    "エヌビディア、TSMCの株価が急騰 AI需要で",
    "NECのAI顔認証、成田空港が導入",
    "マイクロソフト、オープンAI出身者を幹部に迎える",
    "日経・朝日、AI検索の著作権侵害で提訴",
    "アップルとグーグル、AI提携報道を否定",
    "ソフトバンク、AI新モデルを公開",
    "サイバーエージェント、AIで広告制作時間を半減",
    "キオクシア上場、AI需要に期待",
    "トヨタとホンダ、AI人材の採用を拡大",
    "東京都と大阪府、AI活用の行政サービスを個別に展開",
]


@pytest.mark.parametrize(("title", "type_", "parties", "status"), HEADLINES)
def test_a_headline_tells_an_alliance(title, type_, parties, status):
    assert summary(hit("ja", title=title)) == (type_, set(parties.split(", ")), status)


@pytest.mark.parametrize(("text", "type_", "parties", "status"), SENTENCES)
def test_a_sentence_tells_an_alliance(text, type_, parties, status):
    assert summary(hit("ja", text=text)) == (type_, set(parties.split(", ")), status)


@pytest.mark.parametrize("title", NEAR_MISSES)
def test_other_news_is_no_alliance(title):
    assert not hit("ja", title=title)["flagged"]
