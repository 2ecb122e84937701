"""Organisations of one group are one partner; a headline names the unit where just one is known."""

from __future__ import annotations

import pytest

from archive.engine import writing
from archive.groups import head_of, most_precise, parents_of
from archive.meaning import organisation_ids
from core.records import Annotation, Mention, OrganisationFacts, Span

PARENTS = {"Alphabet Labs": "Hull Cloud", "Hull Cloud": "Hull", "Hull Mind": "Hull", "Loop": "Pool", "Pool": "Loop"}


@pytest.mark.parametrize(("parties", "others", "told"), [
    (["Hull", "Nvane"], [], ["Hull", "Nvane"]),
    (["Hull", "Nvane"], ["Hull Cloud", "Nvane"], ["Hull Cloud", "Nvane"]),
    (["Hull", "Nvane"], ["Hull Cloud", "Alphabet Labs"], ["Alphabet Labs", "Nvane"]),
    (["Hull", "Nvane"], ["Hull Cloud", "Hull Mind"], ["Hull", "Nvane"]),
    (["Hull Cloud", "Nvane"], ["Hull"], ["Hull Cloud", "Nvane"]),
    (["Hull", "Hull Cloud"], ["Hull Cloud"], ["Hull", "Hull Cloud"]),
])
def test_a_headline_names_the_one_unit_that_other_reports_know(parties, others, told):
    assert most_precise(parties, others, PARENTS) == told


def test_the_head_of_a_group_is_found_over_all_levels_and_a_circle_ends():
    assert head_of("Alphabet Labs", PARENTS) == "Hull"
    assert head_of("Unknown", PARENTS) == "Unknown"
    assert head_of("Loop", PARENTS) == "Pool"


def test_the_groups_above_an_organisation_are_known_though_no_text_named_them(engine):
    facts = {"Hull Pay": OrganisationFacts("company", "KR", "Hull Money"),
             "Hull Money": OrganisationFacts("company", "KR", "Hull"), "Hull": OrganisationFacts("company", "KR")}
    annotation = Annotation((Mention("Hull Pay", Span("title", 0, 8, "Hull Pay")),))
    with writing(engine) as connection:
        organisation_ids(connection, [annotation], facts)
        assert parents_of(connection, ["Hull Pay", "Nvane"]) == {"Hull Pay": "Hull Money", "Hull Money": "Hull"}
