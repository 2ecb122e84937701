"""Rule files: layers, mistakes, and the shipped rules against their own examples."""

import pytest

from core.records import EventStatus
from pipeline.match import check_examples
from pipeline.rulebook import load_rules, read_all, shipped_rules
from pipeline.rulecheck import doubtful, impossible
from tests.unit.pipeline.reading import knowledge

SHIPPED, _ = read_all(shipped_rules())


def written(folder, **files):
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def test_a_rule_file_is_read(tmp_path):
    (rule,), broken = load_rules(
        written(
            tmp_path,
            ships="title: Ships\nquery: ship*\nstatus: [planned]\nmin_score: 0.4\nexamples:\n  - match: A ship\n",
        )
    )
    assert (rule.id, rule.title, rule.min_score, rule.status, broken) == (
        "ships",
        "Ships",
        0.4,
        (EventStatus.PLANNED,),
        [],
    )


def test_a_later_folder_wins_and_can_switch_a_rule_off(tmp_path):
    first = written(tmp_path / "a", x="title: First\nquery: one\n", y="title: Y\nquery: two\n")
    second = written(tmp_path / "b", x="title: Second\nquery: three\n", y="title: Y\nquery: two\nenabled: false\n")
    rules, _ = load_rules(first, second)
    assert [(rule.id, rule.title) for rule in rules] == [("x", "Second")]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (
            "title: X\nquery: one\ncolour: red\n",
            3,
            "unknown key 'colour'; allowed: title, query, status, min_score, alert_score, label, enabled, examples",
        ),
        ("title: X\nquery: 'event:('\n", 2, "query"),
        ("title: X\nquery: 'org:a AND rule:b'\n", 2, "for searching the archive"),
        ("title: X\nquery: one\nstatus: [maybe]\n", 3, "'announced', 'planned'"),
        ("title: X\nquery: one\nmin_score: 7\n", 3, "7"),
        ("title: X\nquery: one\nexamples:\n  - {match: a, no_match: b}\n", 4, "either match or no_match"),
        ("query: one\n", 1, "'title' is missing"),
        ("- a\n", 1, ""),
        ("title: [\n", 2, "YAML"),
        ("", None, ""),
    ],
)
def test_a_broken_file_is_named_and_the_others_still_load(tmp_path, text, line, words):
    rules, broken = load_rules(written(tmp_path, bad=text, good="title: Good\nquery: one\n"))
    assert [rule.id for rule in rules] == ["good"]
    assert len(broken) == 1
    assert words in str(broken[0])
    assert "bad.yaml" in str(broken[0])
    assert broken[0].line == line


def test_the_shipped_rules_are_in_order_and_only_that_for_ai_alliances_is_on():
    rules, broken = load_rules(shipped_rules())
    assert broken == []
    assert [rule.id for rule in rules] == ["ai-alliances"]


@pytest.mark.parametrize("rule", SHIPPED, ids=lambda rule: rule.id)
def test_a_shipped_rule_asks_for_what_the_knowledge_has(rule):
    assert impossible(rule, knowledge()) is None
    assert doubtful(rule, knowledge()) == []


@pytest.mark.parametrize("name", ["ai-deals", "ai-chip-supply", "ai-policy", "competitors"])
def test_a_shipped_rule_has_examples_of_both_kinds(name):
    (rule,) = (rule for rule in SHIPPED if rule.id == name)
    wanted = [example.wanted for example in rule.examples]
    assert len(wanted) >= 8
    assert min(wanted.count(True), wanted.count(False)) >= 4


def test_the_rule_for_ai_alliances_has_examples_of_both_kinds():
    rule = next(rule for rule in SHIPPED if rule.id == "ai-alliances")
    assert len(rule.examples) >= 30
    assert (
        min(sum(example.wanted for example in rule.examples), sum(not example.wanted for example in rule.examples))
        >= 15
    )


@pytest.mark.parametrize("rule", SHIPPED, ids=lambda rule: rule.id)
def test_a_shipped_rule_judges_its_examples_as_they_are_labelled(rule):
    assert [str(failure) for failure in check_examples(rule, knowledge())] == []
