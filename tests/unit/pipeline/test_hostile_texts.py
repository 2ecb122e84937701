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
