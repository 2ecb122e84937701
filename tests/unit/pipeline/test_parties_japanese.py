"""Japanese: names shown by their place, parties without a name, backers and rivals, and what is near the news."""

import pytest

from tests.unit.pipeline.rule_hits import hit, summary

HEADLINES = [
    ("アオゾラ電子、AI新興ミラリスと資本業務提携", "アオゾラ電子, ミラリス", "announced"),
    ("ミラリスとアオゾラ電子、AI需要予測で業務提携", "アオゾラ電子, ミラリス", "announced"),
    ("創薬AIのミラリス、製薬大手と共同研究", "ミラリス", "announced"),
    ("NTT、米AI企業と協業\u3000医療向けモデル", "NTT", "announced"),
]

SENTENCES = [
    ("アマゾンが出資する米アンソロピックは、NECと生成AIで提携した。", "Anthropic, NEC"),
    ("オープンAIの競合である米アンソロピックは、NECと生成AIで提携した。", "Anthropic, NEC"),
    ("富士通は決算を発表した。同社はNECと生成AIで提携する。", "Fujitsu, NEC"),
    ("メタはアームとAI半導体を共同開発する。", "Arm, Meta"),
    ("アオゾラ電子は21日、AI創薬スタートアップのミラリスと共同研究契約を締結したと発表した。",
     "アオゾラ電子, ミラリス"),
]

NEAR_MISSES = [
    ("NTT、新本社を開設",
     "NTTは新本社を開設した。社員3千人が移った。\n【関連記事】\nソフトバンクとオープンAI、AIで合弁"),
    ("", "イオンとNTTは商品券で提携した。なお、NTTは先月、生成AIを公開した。"),
    ("アオゾラ電子、AI新興ミラリスを買収", ""),
    ("アオゾラ電子とミラリス、AI創薬で競争激化", ""),
    ("医師と患者、AIで連携", ""),
    ("NTT、AI新興を買収", ""),
]


@pytest.mark.parametrize(("title", "parties", "status"), HEADLINES)
def test_a_headline_tells_who_allies(title, parties, status):
    _, found, said = summary(hit("ja", title=title))
    assert (found, said) == (set(parties.split(", ")), status)


@pytest.mark.parametrize(("text", "parties"), SENTENCES)
def test_a_sentence_tells_who_allies(text, parties):
    assert summary(hit("ja", text=text))[1] == set(parties.split(", "))


@pytest.mark.parametrize(("title", "text"), NEAR_MISSES)
def test_what_is_near_is_no_alliance(title, text):
    assert not hit("ja", title=title, text=text)["flagged"]
