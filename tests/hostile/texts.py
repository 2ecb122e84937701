"""Titles and paragraphs in the languages of the catalogue, and the pages and feeds that are made of them."""

from __future__ import annotations

from html import escape
from random import Random

TITLES = {
    "en": "Harbour operator tests a quieter crane",
    "ko": "항만 운영사, 더 조용한 크레인 시험",
    "ja": "港湾会社が静かなクレーンを試験",
    "zh": "港口公司测试更安静的起重机",
    "zh-TW": "港口公司測試更安靜的起重機",
    "ru": "Оператор порта испытывает тихий кран",
    "de": "Hafenbetreiber prüft einen leiseren Kran für die Nächte",
    "fr": "L’exploitant du port essaie une grue plus discrète à l’été",
    "pl": "Operator portu sprawdza cichszy dźwig w Łodzi",
}
_PARAGRAPHS = {
    "en": ("The operator of the northern harbour said on Tuesday that it had begun to test a crane whose motors are "
           "enclosed, so that people who live near the quay can sleep.",
           "The first measurements show that the noise at night fell by about a third, and the company wants to "
           "rebuild eleven more cranes by the end of next year if the figures hold."),
    "ko": ("북쪽 항만의 운영사는 화요일에 모터를 덮개로 감싼 새 크레인의 시험을 시작했다고 밝혔다. 부두 근처에 사는 주민들이 "
           "밤에 잠을 잘 수 있도록 하기 위한 것이라고 회사는 설명했다.",
           "첫 측정 결과 밤 시간대의 소음이 약 삼분의 일 줄었으며, 수치가 유지되면 회사는 내년 말까지 크레인 열한 대를 더 "
           "개조할 계획이라고 밝혔다. 주민들은 이 소식을 반겼다."),
    "ja": ("北部の港を運営する会社は火曜日、モーターを覆った新しいクレーンの試験を始めたと発表した。岸壁の近くに住む人々が夜に"
           "眠れるようにするためだと会社は説明している。",
           "最初の測定では夜間の騒音がおよそ三分の一減ったことがわかり、数値が続けば来年の末までにさらに十一基のクレーンを"
           "改造する予定だという。住民はこの知らせを歓迎した。"),
    "zh": ("北部港口的运营公司星期二表示，已经开始测试一种把电机封闭起来的起重机，这样住在码头附近的人们在夜里就可以好好睡觉。"
           "公司说这是为了回应居民的要求。",
           "第一次的测量显示，夜间的噪声下降了大约三分之一。如果这个数字能够保持，公司计划在明年年底之前再改造十一台起重机。"
           "居民们对这个消息表示欢迎。"),
    "zh-TW": ("北部港口的營運公司星期二表示，已經開始測試一種把馬達封閉起來的起重機，這樣住在碼頭附近的人們在夜裡就可以好好睡覺。"
              "公司說這是為了回應居民的要求。",
              "第一次的測量顯示，夜間的噪音下降了大約三分之一。如果這個數字能夠保持，公司計畫在明年年底之前再改造十一台起重機。"
              "居民們對這個消息表示歡迎。"),
    "ru": ("Оператор северного порта сообщил во вторник, что начал испытания крана с закрытыми двигателями, чтобы люди, "
           "которые живут рядом с причалом, могли спать по ночам.",
           "Первые измерения показали, что шум ночью снизился примерно на треть, и компания хочет перестроить ещё "
           "одиннадцать кранов до конца следующего года, если показатели сохранятся."),
    "de": ("Der Betreiber des nördlichen Hafens hat am Dienstag begonnen, einen Kran mit verkleideten Motoren zu prüfen, "
           "damit die Menschen, die nahe am Kai wohnen, nachts schlafen können.",
           "Die ersten Messungen zeigen, dass der Lärm in der Nacht um etwa ein Drittel gefallen ist; für nächstes Jahr "
           "plant die Firma elf weitere Kräne umzubauen, falls die Werte so bleiben."),
    "fr": ("L’exploitant du port du nord a déclaré mardi qu’il avait commencé à essayer une grue dont les moteurs sont "
           "enfermés, afin que les habitants proches du quai puissent dormir.",
           "Les premières mesures montrent que le bruit nocturne a baissé d’environ un tiers, et la société souhaite "
           "rénover onze autres grues d’ici à la fin de l’année prochaine si les chiffres se confirment."),
    "pl": ("Operator północnego portu poinformował we wtorek, że rozpoczął próby dźwigu z zabudowanymi silnikami, aby "
           "ludzie mieszkający blisko nabrzeża mogli spać w nocy.",
           "Pierwsze pomiary pokazują, że hałas nocą spadł o około jedną trzecią, a spółka chce przebudować jedenaście "
           "kolejnych dźwigów do końca przyszłego roku, jeżeli wyniki się utrzymają."),
}


def paragraphs(language: str = "en") -> str:
    """The story's paragraphs as HTML."""
    return "".join(f"<p>{p}</p>" for p in _PARAGRAPHS[language])


_WORDS = """
    quay ferry market customs lighthouse silo dock railway bunker pilot noise crane night table column week surveyor
    engineer harbour council bridge winter spring ribbon motor wall gate pump wind signal timber salt rope anchor mast
    captain clerk ledger barrel canal sluice tide basin crew cargo berth tower engine valve wheel lamp
""".split()  # noqa: SIM905 - a list would fill a page


def salad(seed: str) -> str:
    """Ten paragraphs of a text that no other seed has: copies are told from each other by their words."""
    chance = Random(seed)
    sentences = (f"<p>The {' and the '.join(chance.sample(_WORDS, 4))} were counted, but near the "
                 f"{', the '.join(chance.sample(_WORDS, 6))} nobody had seen {chance.choice(_WORDS)} number "
                 f"{chance.randrange(900)} of the {chance.choice(_WORDS)}.</p>" for _ in range(10))
    return "".join(sentences)


def page(title: str, language: str = "en", *, head: str = "", body: str = "") -> str:
    """An article's page; `body` stands in place of the story's paragraphs."""
    return (f'<!doctype html><html lang="{language}"><head>{head}<title>{escape(title)}</title></head><body>'
            f"<main><article><h1>{escape(title)}</h1>{body or paragraphs(language)}</article></main></body></html>")


def item(title: str, link: str, more: str = "") -> str:
    """An RSS item."""
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"


def rss(*items: str) -> str:
    """An RSS 2.0 feed of these items."""
    return ('<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Harbour News</title>'
            f"<link>{{base}}/</link>{''.join(items)}</channel></rss>")
