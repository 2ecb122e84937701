"""The shipped catalogue: complete, without doubles, and its figures in the texts are right."""

from __future__ import annotations

import re
import time
from collections import Counter

import pytest

from core.urls import canonical
from core.workspace import shipped
from pipeline.knowledge import load_knowledge
from scrapers.catalogue import load_sources
from scrapers.outlets import read_outlets
from scrapers.packs import read_packs
from tests.unit.repository.code import ROOT

SOURCES, MISTAKES = load_sources([shipped("scrapers", "sources")])
PACKS = read_packs([shipped("scrapers", "packs.yaml")])


def test_every_shipped_source_is_in_order() -> None:
    assert MISTAKES == []
    assert len(SOURCES) >= 480
    assert sum(s.enabled for s in SOURCES.values()) >= 440


def test_reading_all_of_it_takes_a_fraction_of_a_second() -> None:
    spent = []
    for _ in range(3):
        began = time.process_time()
        load_sources([shipped("scrapers", "sources")])
        spent.append(time.process_time() - began)
    assert min(spent) < 0.5


def test_no_two_sources_announce_the_same_address() -> None:
    addresses = Counter(
        (canonical(entry.url) or "").removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
        for source in SOURCES.values()
        for entry in source.entries
    )
    assert [address for address, count in addresses.items() if count > 1] == []


def test_no_two_sources_have_the_same_name() -> None:
    assert [name for name, count in Counter(s.name for s in SOURCES.values()).items() if count > 1] == []


def test_every_source_says_its_country_language_and_topics() -> None:
    assert [s.id for s in SOURCES.values() if not (s.country and s.language and s.topics)] == []
    assert [s.id for s in SOURCES.values() if s.file.parent.name != (s.country or "").lower()] == []


def test_what_is_off_says_why_and_what_is_on_does_not() -> None:
    assert [s.id for s in SOURCES.values() if s.enabled == bool(s.disabled_because)] == []


def test_a_newsroom_names_an_organisation_that_the_knowledge_has() -> None:
    known = load_knowledge(shipped("pipeline", "knowledge")).organisations
    assert [(s.id, s.publisher) for s in SOURCES.values() if s.publisher and s.publisher not in known] == []
    assert [s.id for s in SOURCES.values() if ("company-newsroom" in s.topics) != (s.publisher is not None)] == []


def test_every_source_is_in_a_pack_and_every_pack_has_sources() -> None:
    groups = [pack for name, pack in PACKS.items() if name != "all"]
    assert [s.id for s in SOURCES.values() if not any(pack.holds(s) for pack in groups)] == []
    assert [name for name, pack in PACKS.items() if not any(map(pack.holds, SOURCES.values()))] == []
    assert all(PACKS["all"].holds(s) for s in SOURCES.values())


@pytest.mark.parametrize(
    ("pack", "inside", "outside"),
    [
        ("korea-tech", ["etnews", "the-elec-en"], ["samsung-newsroom", "cnet-japan"]),
        ("ai-labs", ["openai", "anthropic", "lg-ai-research"], ["techcrunch"]),
        ("chips", ["asml", "ee-times", "the-elec-ko"], ["openai"]),
        ("wires", ["pr-newswire", "yonhap-en"], ["etnews"]),
        ("newsrooms", ["samsung-newsroom", "kddi"], ["etnews"]),
        ("europe-tech", ["heise", "digi-no"], ["sap"]),
    ],
)
def test_a_pack_holds_what_its_name_promises(pack: str, inside: list[str], outside: list[str]) -> None:
    assert [id_ for id_ in inside if not PACKS[pack].holds(SOURCES[id_])] == []
    assert [id_ for id_ in outside if PACKS[pack].holds(SOURCES[id_])] == []


def test_every_outlet_says_where_its_addresses_were_seen() -> None:
    outlets = read_outlets(shipped("scrapers", ""))
    assert [o.id for o in outlets if not o.seen_in or not re.fullmatch(r"20\d\d(-[01]\d)?", o.seen_on)] == []
    assert {o.confidence for o in outlets} == {"high", "medium"}


@pytest.mark.parametrize("page", ["README.md", "CHANGELOG.md"])
def test_the_figures_in_the_texts_are_those_of_the_catalogue(page: str) -> None:
    text = " ".join((ROOT / page).read_text(encoding="utf-8").split())
    countries = len({s.country for s in SOURCES.values()})
    assert f"{len(SOURCES)} outlets in {countries} countries" in text
