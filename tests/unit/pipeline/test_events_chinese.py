"""Alliances as the Chinese press tells them: who, what kind, in which status; and what only looks like one."""

import pytest

from tests.unit.pipeline.rule_hits import hit, summary

HEADLINES = [
    ("百度携手吉利打造智能驾驶大模型", "partnership", "Baidu, Geely", "announced"),
    ("腾讯与比亚迪签署人工智能战略合作协议", "strategic_alliance", "BYD, Tencent", "announced"),
    ("華為、聯發科聯手開發AI晶片", "joint_development", "Huawei, MediaTek", "announced"),
    ("阿里云牵手宝马 大模型上车", "partnership", "Alibaba Cloud, BMW", "announced"),
    ("清华大学与华为成立人工智能联合实验室", "research_collaboration", "Huawei, Tsinghua University", "announced"),
    ("小米、百度合资公司落地 主攻自动驾驶", "joint_venture", "Baidu, Xiaomi", "announced"),
    ("鴻海與輝達簽署合作備忘錄 共建AI資料中心", "mou", "Foxconn, NVIDIA", "announced"),
    ("中国移动、华为、百度发起大模型产业联盟", "consortium", "Baidu, China Mobile, Huawei", "announced"),
    ("传字节跳动与高通洽谈AI芯片合作", "partnership", "ByteDance, Qualcomm", "rumoured"),
    ("台積電攜手輝達 打造AI工廠", "infrastructure_deal", "NVIDIA, TSMC", "announced"),
    ("京东联合科大讯飞发布智能客服大模型", "partnership", "JD.com, iFlytek", "announced"),
    ("百度和丰田一起研发自动驾驶系统", "joint_development", "Baidu, Toyota Motor", "announced"),
    ("上汽入股地平线 双方共同开发智驾芯片", "equity_investment", "Horizon Robotics, SAIC Motor", "announced"),
    ("深圳市政府与腾讯签订人工智能合作框架协议", "mou", "Tencent, 深圳市政府", "announced"),
    ("百度吉利再度联手 智能座舱用上文心大模型", "partnership", "Baidu, Geely", "announced"),
    ("英伟达拉上台积电，共建AI芯片工厂", "partnership", "NVIDIA, TSMC", "announced"),
    ("微软与OpenAI续签协议 算力合作延至2032年", "infrastructure_deal", "Microsoft, OpenAI", "announced"),
    ("新华社与科大讯飞共建媒体人工智能实验室", "research_collaboration", "Xinhua News Agency, iFlytek", "announced"),
    ("中科院自动化所与华为签约，共推昇腾大模型", "partnership", "Chinese Academy of Sciences, Huawei", "announced"),
    ("聯電與英特爾合作開發AI晶片製程", "joint_development", "Intel, UMC", "announced"),
    ("百度Apollo与如祺出行达成合作 投放无人车", "partnership", "Baidu, 如祺出行", "announced"),
    ("美团入股宇树科技，双方将合作研发配送机器人", "equity_investment", "Meituan, Unitree", "announced"),
    ("消息称苹果将与阿里合作，为国行手机提供AI功能", "partnership", "Alibaba, Apple", "rumoured"),
    ("三星和谷歌共同打造AI眼镜", "joint_development", "Google, Samsung Electronics", "announced"),
    ("广和通携手高通推出端侧AI模组方案", "partnership", "Qualcomm, 广和通", "announced"),
    ("比亚迪、地平线官宣合作，智驾芯片上车", "partnership", "BYD, Horizon Robotics", "announced"),
    ("阿里巴巴与清华大学签署战略合作协议，共建AI联合研究中心",
     "strategic_alliance", "Alibaba, Tsinghua University", "announced"),
    ("中国联通联手联想，拓展AI终端", "partnership", "China Unicom, Lenovo", "announced"),
    ("OpenAI与博通达成10GW定制芯片合作", "infrastructure_deal", "Broadcom, OpenAI", "announced"),
    ("台大、廣達合組AI醫療聯盟", "consortium", "National Taiwan University, Quanta Computer", "announced"),
    ("人民日报社与百度签约：文心大模型用上权威语料", "content_licensing", "Baidu, People's Daily", "announced"),
    ("字节跳动或与中兴合作推出AI手机", "joint_development", "ByteDance, ZTE", "rumoured"),
    ("丰田、小马智行三方出资，千辆无人车明年下线", "joint_venture", "Pony.ai, Toyota Motor", "announced"),
    ("云帆智联与衡阳市合作 共建自动驾驶城市", "partnership", "云帆智联, 衡阳市", "announced"),
    ("阿里战略投资Novarel，双方将在大模型上深度合作", "equity_investment", "Alibaba, Novarel", "announced"),
    ("百度联合清华大学成立AI终端产业联盟", "consortium", "Baidu, Tsinghua University", "announced"),
    ("华为与Groq合建AI推理数据中心", "infrastructure_deal", "Groq, Huawei", "announced"),
]

SENTENCES = [
    ("7月3日，联想集团宣布与英伟达达成战略合作，共同推出面向企业的生成式人工智能解决方案。",
     "strategic_alliance", "Lenovo, NVIDIA", "announced"),
    ("知情人士称，阿里巴巴正在与苹果公司商谈，为其手机提供人工智能功能。",
     "partnership", "Alibaba, Apple", "rumoured"),
    ("近日，比亚迪与商汤科技签署谅解备忘录，双方将在自动驾驶领域展开合作。", "mou", "BYD, SenseTime", "announced"),
    ("由中国电信、华为和科大讯飞共同成立的人工智能联盟昨日揭牌。",
     "consortium", "China Telecom, Huawei, iFlytek", "announced"),
]

NEAR_MISSES = [
    "百度否认与苹果合作开发人工智能",
    "腾讯收购AI初创公司猎户星空",
    "商汤科技完成新一轮融资，阿里领投",
    "原华为AI负责人加盟百度",
    "阿里与腾讯大模型之争升级",
    "作家起诉百度大模型侵权",
    "华为百度终止自动驾驶合作",
    "百度财报超预期，AI云收入大涨",
    "腾讯发布新一代混元大模型",
    "科大讯飞大模型在医院的应用案例：医生写病历提效50%",
    "百度开启AI伙伴招募",
    "AI时代，招商银行与顺丰签署物流金融合作协议",
    "中美元首会谈 人工智能与军事议题",
    "樊振东林诗栋联手夺冠 AI预测命中",
    "阿里、腾讯纷纷布局AI智能体",
    "百度、华为发布大模型新品",
    "华为回应与小米合作造AI芯片：不属实",
    "小米与理想互挖AI人才",
    "英伟达、AMD股价大涨 AI需求强劲",
    "商汤科技获上汽领投30亿元",
    "字节跳动完成收购Pico AI团队",
    "京东、美团AI外卖大战升级",
    "联想AI服务器中标招商银行项目",
    "OpenAI前高管加入Anthropic",
    "微软、谷歌因AI数据问题遭起诉",
    "上海发布人工智能产业条例",
    "商务部：中方愿与各国加强人工智能合作",
    "阿里云、腾讯云同日下调大模型价格",
]


@pytest.mark.parametrize(("title", "type_", "parties", "status"), HEADLINES)
def test_a_headline_tells_an_alliance(title, type_, parties, status):
    assert summary(hit("zh", title=title)) == (type_, set(parties.split(", ")), status)


@pytest.mark.parametrize(("text", "type_", "parties", "status"), SENTENCES)
def test_a_sentence_tells_an_alliance(text, type_, parties, status):
    assert summary(hit("zh", text=text)) == (type_, set(parties.split(", ")), status)


@pytest.mark.parametrize("title", NEAR_MISSES)
def test_other_news_is_no_alliance(title):
    assert not hit("zh", title=title)["flagged"]
