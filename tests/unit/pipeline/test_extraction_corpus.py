"""Labelled pages are read, scored, and fitted to."""

from __future__ import annotations

import gzip
import json
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pactwatch import extraction_eval, extraction_train
from pipeline import linetraining
from pipeline.extraction_corpus import read_corpus
from pipeline.extraction_scores import field_scores, run_score, sequence_score
from pipeline.linefilter import FILE, read_filter
from tests.unit.pipeline.test_extract import PARAGRAPHS, page

SIGN_UP = "Sign up for our newsletter"


@pytest.fixture
def corpus(tmp_path):
    """Six pages of three sites in two sets."""
    entries = []
    for number in range(6):
        file = f"{number}.html.gz" if number % 2 else f"{number}.html"
        paragraphs = [*PARAGRAPHS, f"Report number {number} ends here with one more sentence for the reader."]
        html = page([*paragraphs, SIGN_UP]).encode()
        (tmp_path / file).write_bytes(gzip.compress(html) if number % 2 else html)
        gold = {"text": "\n".join(paragraphs), "title": "Two firms join forces on AI", "language": "en"}
        entries.append({"id": str(number), "dataset": "fundus-x" if number % 2 else "x", "file": file,
                        "url": f"https://site{number % 3}.example.org/{number}", "gold": gold})
    (tmp_path / "gold.json").write_text(json.dumps(entries))
    return tmp_path


def test_the_table_puts_both_extractors_side_by_side(corpus, capsys):
    assert extraction_eval.main([str(corpus)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:4] == ["set", "pages", "extractor", "P"]
    assert [line.split()[2] for line in lines[1:5]] == ["pactwatch", "trafilatura"] * 2
    assert lines[1].split()[5:7] == ["1.000", "1.000"], "F1 and title"


def test_weights_are_fitted_and_written_beside_what_is_written_by_hand(corpus, capsys, tmp_path, monkeypatch):
    copy = shutil.copy(FILE, tmp_path / "filter.yaml")
    monkeypatch.setattr(extraction_train, "write_weights", lambda weights: linetraining.write_weights(weights, copy))
    assert extraction_train.main([str(corpus), "--write"]) == 0
    assert "cross-validated by site" in capsys.readouterr().out
    before, after = read_filter(FILE), read_filter(copy)
    assert (after.words, after.threshold) == (before.words, before.threshold)
    assert after.weights != before.weights
    assert after.weights["word:subscribe"] < 0


@pytest.mark.parametrize(("text", "words"), [
    (None, "is no folder of labelled pages"), ("{", "is no JSON"), ("[]", "is no list of pages"),
    ('[{"id": "1"}]', "page 1 has no dataset"),
    ('[{"id": "1", "dataset": "x", "url": "u", "file": "none.html", "gold": {}}]', "there is no file"),
])
def test_a_folder_that_is_none_is_refused_with_one_line(tmp_path, capsys, text, words):
    if text is not None:
        (tmp_path / "gold.json").write_text(text)
    assert extraction_eval.main([str(tmp_path)]) == 2
    assert words in capsys.readouterr().err


def test_optional_paragraphs_count_only_where_they_were_taken(corpus):
    one = read_corpus(corpus)[0]
    one.gold["paragraphs"] = [["First part here now.", False], ["Second, which is optional.", True]]
    assert one.wanted("First part here now.") == "First part here now."
    assert one.wanted("First part here now. Second, which is optional!").endswith("optional.")


@given(st.text(max_size=60), st.text(max_size=60))
def test_scores_are_shares_and_equal_texts_are_right(left, right):
    for score in (run_score, sequence_score):
        assert all(0 <= part <= 1 for part in score(left, right))
        assert score(left, left).f1 == 1.0
        assert score(left, right).f1 == pytest.approx(score(right, left).f1)


def test_a_time_is_right_within_five_minutes_and_a_date_in_any_zone():
    gold = {"date": "2026-01-02", "datetime": "2026-01-02T00:30:00+09:00", "authors": ["A. B’c"], "title": "Hi: there"}
    found = field_scores(gold, {"published_at": "2026-01-01T15:33:00+00:00", "authors": ["A B'c"], "title": "Hi there"})
    assert found == {"title": True, "date": True, "time": True, "authors": True}
    assert field_scores(gold, {"published_at": "2026-01-01T15:36:00+00:00"})["time"] is False
