"""Fitted weights: held to the present ones, moved by texts, judged on what was left out; how they are written."""

import pytest

from core.errors import UserError
from pipeline.fitting import Example, Option, cross_validate, example, fit, folds, present_values, reweighted
from pipeline.knowledge import load_knowledge, shipped_knowledge
from pipeline.labelled import Labelled, judge
from pipeline.rulebook import Rule
from pipeline.weightfiles import write_weights
from tests.unit.pipeline.reading import knowledge

RULE = Rule(id="mine", title="Mine", query="event:alliance")
PRESENT = {"title": 0.1, "lead": 0.1}


def label(number, text, wanted, source="a"):
    return Labelled(str(number), {"text": text, "source": source}, wanted)


def texts(wanted, times, name="title", fixed=0.35):
    return [Example(wanted, False, (Option(fixed, {name: 1.0}),))] * times


def test_without_texts_the_weights_stay():
    assert fit([], PRESENT, 0.5) == PRESENT


def test_wanted_texts_raise_their_weight_and_leave_the_others():
    fitted = fit(texts(True, 50), PRESENT, 0.5)
    assert fitted["title"] > 0.12
    assert fitted["lead"] == PRESENT["lead"]


def test_unwanted_texts_lower_it():
    assert fit(texts(False, 50, fixed=0.5), PRESENT, 0.5)["title"] < 0.08


def test_a_text_whose_label_is_unsure_moves_nothing():
    unsure = [Example(True, True, (Option(0.2, {"title": 1.0}),))] * 50
    assert fit(unsure, PRESENT, 0.5) == PRESENT


def test_one_text_moves_little_and_a_loose_prior_lets_it_move_more():
    tight, loose = fit(texts(True, 1), PRESENT, 0.5), fit(texts(True, 1), PRESENT, 0.5, held=0.5)
    assert tight["title"] - PRESENT["title"] < 0.01 < loose["title"] - PRESENT["title"]


def test_an_example_adds_up_to_the_score_of_its_event():
    judged = judge(label(1, "Naver and Kakao announced a joint venture in artificial intelligence.", True), RULE,
                   knowledge())
    (option, *_) = example(judged, RULE, knowledge()).options
    assert min(1.0, option.score(present_values(knowledge()))) == pytest.approx(judged.hit.score, abs=0.001)


def test_other_weights_change_the_score_of_the_same_text():
    text = label(1, "Naver and Kakao announced a joint venture in artificial intelligence.", True)
    low = reweighted(knowledge(), present_values(knowledge()) | {"lead": -0.6})
    assert judge(text, RULE, knowledge()).flagged
    assert not judge(text, RULE, low).flagged


def test_no_group_is_in_two_folds_and_each_is_in_one():
    labels = [label(n, "x", n % 3 == 0, source=f"outlet-{n % 7}: page") for n in range(40)]
    found = folds(labels, "source", 5)
    assert len(found) == 5
    assert sorted(name for fold in found for name in fold) == [f"outlet-{n}" for n in range(7)]


def test_texts_of_one_group_cannot_be_left_out():
    with pytest.raises(UserError, match="the same 'source'"):
        folds([label(1, "x", True), label(2, "y", False)], "source")


def test_cross_validation_judges_every_text_once():
    labels = [label(n, text, wanted, source=str(n)) for n, (text, wanted) in enumerate([
        ("Naver and Kakao announced a partnership.", True), ("The weather was fine.", False),
        ("Samsung Electronics and SK Telecom formed a joint venture.", True)])]
    found = cross_validate([judge(one, RULE, knowledge()) for one in labels], RULE, knowledge(), "source")
    assert (found.present.right, found.present.silent, found.fitted.texts) == (2, 1, 3)


def test_written_weights_keep_comments_and_take_effect(tmp_path):
    shipped = shipped_knowledge()
    veto = present_values(knowledge())["lawsuit"] - 0.07
    written = write_weights({"title": 0.33, "lawsuit": veto}, [shipped], tmp_path)
    assert [path.name for path in written] == ["weights.yaml", "vetoes.yaml"]
    assert "# in the first five sentences" in (tmp_path / "weights.yaml").read_text(encoding="utf-8")
    assert (tmp_path / "vetoes.yaml").read_text(encoding="utf-8").startswith("lawsuit:\n")
    changed = present_values(load_knowledge(shipped, tmp_path))
    assert changed == present_values(knowledge()) | {"title": 0.33, "lawsuit": pytest.approx(veto)}


def test_written_weights_leave_the_users_own_entries_alone(tmp_path):
    own = "# mine\ngossip:\n  scope: title\n  score: -0.2  # mild\n  patterns: ['gossip']\n"
    (tmp_path / "vetoes.yaml").write_text(own, encoding="utf-8")
    write_weights({"gossip": -0.25}, [shipped_knowledge(), tmp_path], tmp_path)
    assert (tmp_path / "vetoes.yaml").read_text(encoding="utf-8") == own.replace("-0.2 ", "-0.25 ")


def test_weights_that_are_as_they_were_write_nothing(tmp_path):
    assert write_weights(present_values(knowledge()), [shipped_knowledge()], tmp_path) == []


def test_a_file_that_holds_some_weights_only_is_given_the_others_that_change(tmp_path):
    (tmp_path / "weights.yaml").write_text("lead: 0.3   # mine\n")
    write_weights({"title": 0.33, "lead": 0.2}, [shipped_knowledge(), tmp_path], tmp_path)
    assert (tmp_path / "weights.yaml").read_text() == "lead: 0.2   # mine\ntitle: 0.33\n"
