"""Measures on labelled texts: counts, intervals, names that mean the same, the natural stream."""

import json

import pytest

from core.errors import UserError
from pipeline.labelled import judge_all, read_labelled
from pipeline.rulebook import Rule
from pipeline.samenames import SameNames
from pipeline.scores import Counts, intervals, report
from tests.unit.pipeline.reading import knowledge

RULE = Rule(id="mine", title="Mine", query="event:alliance AND topic:ai", label="yes")
NAMES = SameNames(knowledge())
TEXTS = [
    {"text": "Quillon Systems and SK Telecom announced a partnership in artificial intelligence.", "label": "yes",
     "status": "announced", "event_type": "partnership", "organisations": ["Quillon Systems Inc.", "SKT"],
     "sample": "random:a"},
    {"text": "Belloc Telecom and Quillon Systems are silent on artificial intelligence.", "label": "yes",
     "organisations": ["Belloc Telecom", "Quillon Systems"], "sample": "random:b", "unsure": True},
    {"text": "The weather was fine.", "label": "no", "kind": "weather", "sample": "random:b"},
    {"text": "Belloc Telecom and Naver announced a partnership in artificial intelligence.", "label": "no",
     "kind": "decoy", "sample": "picked"},
]


def written(folder, items, name="texts.jsonl"):
    path = folder / name
    path.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")
    return path


def measured(folder, strata=None):
    return report(judge_all(read_labelled(written(folder, TEXTS), "yes"), RULE, knowledge()), NAMES, strata)


def test_precision_recall_and_f1_are_counted(tmp_path):
    found = measured(tmp_path)
    assert found["all"] | {"intervals": ()} == {"precision": 0.5, "recall": 0.5, "f1": 0.5, "right": 1, "false": 1,
                                                "missed": 1, "texts": 4, "intervals": ()}
    assert (found["sure"]["precision"], found["sure"]["recall"]) == (0.5, 1.0)


def test_false_alarms_stand_by_their_kind_of_near_miss(tmp_path):
    assert measured(tmp_path)["false_alarms_by_kind"] == {"decoy": (1, 1), "weather": (0, 1)}


def test_a_missed_text_counts_as_one_that_names_nobody(tmp_path):
    found = measured(tmp_path)
    assert (found["organisations"]["right"], found["organisations"]["missed"]) == (2, 2)
    assert (found["pairs"]["right"], found["pairs"]["missed"]) == (1, 1)


def test_type_status_and_evidence_are_measured_on_hits(tmp_path):
    found = measured(tmp_path)
    assert (found["type"], found["status"]) == ((1, 1), (1, 1))
    assert found["evidence"][0] == found["evidence"][1] > 0


def test_a_natural_stream_weighs_each_stratum_by_its_size(tmp_path):
    stream = measured(tmp_path, {"a": 100, "b": 900})["stream"]
    # One of one text of `a` is flagged and wanted; of the two of `b` none is flagged and one is wanted.
    recall = pytest.approx(100 / 550, abs=1e-4)
    assert stream == {"texts": 3, "alerts_per_1000": 100.0, "precision": 1.0, "recall": recall}


def test_an_interval_holds_its_figure_and_narrows_with_more_texts():
    few, many = intervals(Counts(8, 2, 2, 8)), intervals(Counts(800, 200, 200, 800))
    for found, width in ((few, 0.5), (many, 0.06)):
        low, high = found["f1"]
        assert low < 0.8 < high
        assert high - low < width
    assert few["f1"][1] - few["f1"][0] > many["f1"][1] - many["f1"][0]


@pytest.mark.parametrize(("one", "other", "same"), [
    ("SK Telecom", "SKT", True),
    ("SK텔레콤", "SK Telecom Co., Ltd.", True),
    ("Tarvela Robotics, Inc.", "TARVELA ROBOTICS", True),
    ("Tarvela", "Tarvela Robotics", True),
    ("the Ostmark Institute", "Ostmark Institute (OI)", True),
    ("Tarvela Robotics", "Belloc Robotics", False),
    ("Tar", "Tar Pits", False),
    ("Samsung Electronics", "SK Telecom", False),
])
def test_names_are_the_same_by_alias_case_legal_form_and_first_word(one, other, same):
    assert NAMES.same(one, other) is same
    assert NAMES.same(other, one) is same


def test_a_name_is_found_once_only():
    assert NAMES.hits(["Naver", "Kakao"], ["Naver", "NAVER Corp."]) == 1
    assert NAMES.distinct(["SKT", "SK Telecom", "Naver"]) == ["SKT", "Naver"]


@pytest.mark.parametrize(("line", "words"), [
    ("{", "texts.jsonl:1: is not JSON"),
    ("[]", "texts.jsonl:1: is not an object"),
    ('{"text": "x"}', "neither `match`"),
    ('{"text": "x", "label": "a"}', "--positive"),
    ("", "holds no text"),
])
def test_a_file_that_is_no_list_of_labelled_texts_is_told_with_its_line(tmp_path, line, words):
    path = tmp_path / "texts.jsonl"
    path.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(UserError, match=words):
        read_labelled(path, None)


def test_a_folder_is_read_whole_and_match_needs_no_label(tmp_path):
    written(tmp_path, [{"text": "x", "match": True}], "a.jsonl")
    written(tmp_path, [{"text": "y", "match": False}], "b.jsonl")
    assert [text.wanted for text in read_labelled(tmp_path, None)] == [True, False]
