"""Chinese: names shown by their place, parties without a name, backers and rivals, and what is near the news."""

import pytest

from tests.unit.pipeline.rule_hits import hit, summary

HEADLINES = [
    ("澜海科技与云岫医疗签署AI辅助诊断战略合作协议", "云岫医疗, 澜海科技", "announced"),
    ("云帆智联携手云岫医疗 打造AI问诊平台", "云岫医疗, 云帆智联", "announced"),
    ("比亚迪联手三家芯片企业打造智驾平台", "BYD", "announced"),
    ("华为与多家车企达成智能驾驶合作", "Huawei", "announced"),
]

SENTENCES = [
    ("华为与中国移动日前联合成立人工智能实验室。", "China Mobile, Huawei"),
    ("华为、中国移动、清华大学等联合成立人工智能产业联盟。", "China Mobile, Huawei, Tsinghua University"),
    ("百度昨日发布财报。该公司将与吉利合作开发自动驾驶大模型。", "Baidu, Geely"),
    ("百度、吉利和小米昨日签约。三方将共同研发车载大模型。", "Baidu, Geely, Xiaomi"),
    ("英伟达的竞争对手AMD与微软合作开发AI芯片。", "AMD, Microsoft"),
    ("近日，澜海科技与云岫医疗正式签署人工智能合作协议。", "云岫医疗, 澜海科技"),
]

NEAR_MISSES = [
    ("百度搬迁总部", "百度昨日搬入新总部。员工表示满意。\n【相关阅读】\n华为与腾讯达成人工智能战略合作"),
    ("京东与顺丰达成物流合作", "京东与顺丰签署物流合作协议。此外，京东近期推出AI助手。"),
    ("", "智谱大模型上线政务版。中国银行、平安银行、国信证券等多家机构已落地该方案。"),
    ("华为与用户共建AI社区", ""),
    ("云帆智联与海纳医疗展开AI市场竞争", ""),
    ("云帆智联收购海纳医疗AI业务", ""),
    ("专家与学者共同探讨人工智能合作", ""),
]


@pytest.mark.parametrize(("title", "parties", "status"), HEADLINES)
def test_a_headline_tells_who_allies(title, parties, status):
    _, found, said = summary(hit("zh", title=title))
    assert (found, said) == (set(parties.split(", ")), status)


@pytest.mark.parametrize(("text", "parties"), SENTENCES)
def test_a_sentence_tells_who_allies(text, parties):
    assert summary(hit("zh", text=text))[1] == set(parties.split(", "))


@pytest.mark.parametrize(("title", "text"), NEAR_MISSES)
def test_what_is_near_is_no_alliance(title, text):
    assert not hit("zh", title=title, text=text)["flagged"]
