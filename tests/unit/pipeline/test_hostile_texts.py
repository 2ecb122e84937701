"""Texts that are made to be slow, or that are no texts, end in bounded time with spans that hold."""

import random
import time

import pytest

from core.records import Annotation
from tests.unit.pipeline.reading import annotated, knowledge

BOUND = 3.0               # seconds of CPU; each takes a tenth of it on a small machine


def name(number: int) -> str:
    syllables = ["Ta", "Ve", "La", "Quil", "Ron", "Mor", "Sen", "Dri", "Bel", "Nox"]
    return "".join(syllables[int(digit)] for digit in str(number)).capitalize()


def many_names() -> str:
    known = list(knowledge().organisations)
    return ", ".join(name(number) if number % 3 else known[number % len(known)] for number in range(100_000))


def mixed_scripts() -> str:
    pieces = ["SK텔레콤", "ソフトバンク", "阿里巴巴", "Сбербанк", "OpenAI", "été"]
    pieces += ["\u202e", "\ufeff", "𝔖amsung", "İstanbul", "ﬁrm"]
    return "".join(random.Random(3).choices(pieces, k=30_000))


HOSTILE = {
    "names in a row": many_names,
    "names joined by and": lambda: " and ".join(f"{name(number)} Robotics" for number in range(50_000)),
    "roles in a row": lambda: "Samsung CEO, " * 60_000,
    "people in a row": lambda: "Orla Quendrin, CEO of Samsung, " * 30_000,
    "one sentence of a megabyte": lambda: "Samsung and Naver work with " + "many small firms and " * 50_000,
    "one capitalised word": lambda: "A" * 1_000_000,
    "capitals and hyphens": lambda: "A-" * 500_000,
    "capitals of one letter": lambda: "A " * 500_000,
    "open brackets": lambda: "Samsung (" * 100_000,
    "quotes": lambda: 'Samsung ("' * 100_000,
    "joining words": lambda: "University of " * 70_000,
    "hangul without spaces": lambda: "삼성전자와네이버" * 60_000,
    "han without spaces": lambda: "阿里巴巴与公司集团大学" * 60_000,
    "mixed scripts": mixed_scripts,
    "relation words in a row": lambda: "Samsung and Naver " + "partnership " * 50_000,
    "relations in a row": lambda: "Samsung and SK Telecom partnership with Naver, " * 20_000,
    "relations in capitals": lambda: "SAMSUNG AND SK TELECOM PARTNERSHIP " * 20_000,
    "relations without spaces": lambda: "与腾讯及阿里巴巴合作共建人工智能" * 20_000,
    "appositions": lambda: "Samsung" + ", a maker of" * 50_000 + " robots and SK Telecom form a partnership",
    "topic words in a row": lambda: "AI-powered AI " * 50_000,
    "full stops": lambda: "." * 500_000,
    "marks of exclamation": lambda: "见!" * 200_000,
    "spaces": lambda: " " * 500_000,
    "ends of lines": lambda: "\n" * 500_000,
    "datelines": lambda: "SEOUL, May 5 (" * 50_000,
    "sections": lambda: "About Samsung\n" * 50_000,
    "items": lambda: "\n".join(f"{place}. Samsung and Naver form a partnership in AI" for place in range(20_000)),
    "items with headlines": lambda: "\n\n".join(f"{name(one)} opens\nNaver met {name(one)}." for one in range(9_000)),
    "marks on one letter": lambda: "e" + "\u0301\u0323" * 200_000,
    "signs that nobody sees": lambda: "S\u200ba\u00adm" * 100_000,
    "binary": lambda: random.Random(5).randbytes(500_000).decode("latin-1"),
    "control signs": lambda: "\x00\x1b\ud800" * 200_000,
}


def holds(annotation: Annotation, text: str) -> bool:
    spans = [mention.span for mention in annotation.mentions] + [person.span for person in annotation.people]
    spans += [event.sentence for event in annotation.events]
    return all(text[span.start : span.end] == span.text for span in spans)


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_text_ends_in_bounded_time(kind):
    text = HOSTILE[kind]()
    knowledge()
    began = time.process_time()
    annotation = annotated(text)
    assert time.process_time() - began < BOUND
    assert holds(annotation, text)


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_title_ends_in_bounded_time(kind):
    title = HOSTILE[kind]()
    began = time.process_time()
    assert holds(annotated("", title), title)
    assert time.process_time() - began < BOUND
