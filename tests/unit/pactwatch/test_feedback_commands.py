"""The commands about feedback: what they store, refuse and print, and what verdicts come to as proposals."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from alerts import clicks
from archive.engine import writing
from core.clock import now
from tests.factories import article, event, hit

RULE = "title: Mine\nquery: event:alliance AND topic:ai\nmin_score: 0.5\n"
GOOD = "Naver and Kakao announced a joint venture in artificial intelligence."


@pytest.fixture
def home(tmp_path: Path, monkeypatch) -> Path:
    (tmp_path / "pactwatch.toml").write_text("[catalog]\nbuiltin = false\n")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "mine.yaml").write_text(RULE)
    (tmp_path / "rules" / "ai-alliances.yaml").write_text("title: Off\nquery: zeppelin\nenabled: false\n")
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


@pytest.fixture
def stories(home: Path, home_engine) -> dict[str, int]:
    """Hits of `mine` by their titles, with the articles' ids."""
    told = {"Naver deal": 0.9, "Kakao deal": 0.85, "Webinar one": 0.55, "Webinar two": 0.6, "Small webinar": 0.52}
    made = {}
    with writing(home_engine) as connection:
        for title, score in told.items():
            made[title] = article(connection, title, GOOD, published_at=now() - timedelta(days=2))
            told_in = event(connection, made[title], "Naver", "Kakao", score=score, sentence=GOOD)
            hit(connection, made[title], "mine", event_id=told_in, score=score)
        made["Missed"] = article(connection, "Missed", "It rains.", published_at=now() - timedelta(days=2))
    return made


def judge(run, stories: dict[str, int], **verdicts: str) -> None:
    for title, verdict in verdicts.items():
        code, _, err = run("feedback", "add", str(stories[title.replace("_", " ")]), verdict, "--author", "mina")
        assert (code, err) == (0, "")


def proposals(run, *options: str) -> list[dict]:
    code, out, _ = run("feedback", "propose", "--json", *options)
    assert code == 0
    return [one for made in json.loads(out) for one in made["proposals"]]


def test_what_was_said_is_listed_and_a_later_word_of_the_same_author_replaces_it(program, stories):
    judge(program, stories, Naver_deal="relevant")
    judge(program, stories, Naver_deal="not-relevant")
    found = json.loads(program("feedback", "list", "--json")[1])
    assert [(one["verdict"], one["author"], one["rule"], one["replaced"]) for one in found] == [
        ("not_relevant", "mina", "mine", False), ("relevant", "mina", "mine", True)]
    assert "taken back" in program("feedback", "list")[1]


def test_verdicts_become_labelled_texts_that_rules_eval_reads(program, home, stories):
    judge(program, stories, Naver_deal="relevant", Webinar_one="not-relevant")
    assert program("feedback", "add", str(stories["Missed"]), "relevant", "--rule", "mine")[0] == 0
    _, out, _ = program("feedback", "export", "--rule", "mine")
    lines = {line["title"]: line for line in map(json.loads, out.splitlines())}
    assert {title: line["match"] for title, line in lines.items()} == {
        "Naver deal": True, "Webinar one": False, "Missed": True}
    assert lines["Naver deal"]["organisations"] == ["Naver", "Kakao"]
    (home / "labelled.jsonl").write_text(out)
    code, out, _ = program("rules", "eval", "labelled.jsonl", "--rule", "mine")
    assert (code, out.splitlines()[0]) == (0, "mine on 3 texts, 2 of them wanted")


def test_readers_who_do_not_agree_make_a_text_unsure(program, stories):
    judge(program, stories, Naver_deal="relevant")
    program("feedback", "add", str(stories["Naver deal"]), "not-relevant", "--author", "jun")
    line = json.loads(program("feedback", "export", "--rule", "mine")[1])
    assert (line["match"], line["unsure"]) == (False, True)


def test_a_threshold_is_proposed_with_the_replayed_difference_and_nothing_changes(program, home, stories):
    judge(program, stories, Naver_deal="relevant", Kakao_deal="relevant", Webinar_two="not-relevant")
    (one,) = [found for found in proposals(program) if found["kind"] == "threshold"]
    assert (one["file"], one["change"], one["first"]) == ("rules/mine.yaml", "min_score: 0.61\n", None)
    assert one["stories"] == {"added": 0, "removed": 3, "unchanged": 2}
    assert one["relevant"] == {"kept": 2, "lost": 0, "gained": 0}
    assert one["not_relevant"] == {"gone": 1, "left": 0}
    assert (home / "rules" / "mine.yaml").read_text() == RULE
    assert "1. threshold" in program("feedback", "propose")[1]


def test_a_threshold_of_a_shipped_rule_says_that_its_file_is_to_be_copied_first(program, home, home_engine, stories):
    (home / "rules" / "ai-alliances.yaml").unlink()
    with writing(home_engine) as connection:
        for title, score in (("One", 0.9), ("Two", 0.6), ("Three", 0.6)):
            of = article(connection, title, GOOD, published_at=now(), topics={"ai": 1.0})
            told_in = event(connection, of, "Naver", "Kakao", score=score, sentence=GOOD)
            hit(connection, of, "ai-alliances", event_id=told_in, score=score)
            stories[title] = of
    for title, verdict in (("One", "relevant"), ("Two", "not-relevant"), ("Three", "not-relevant")):
        assert program("feedback", "add", str(stories[title]), verdict)[0] == 0
    (one,) = [found for found in proposals(program) if found["kind"] == "threshold"]
    assert one["first"].startswith("copy ")
    assert "ai-alliances.yaml to rules/ai-alliances.yaml" in one["first"]


def test_a_first_click_is_shown_though_nothing_can_be_proposed_yet(program, stories):
    judge(program, stories, Webinar_two="not-relevant")
    out = program("feedback", "propose")[1]
    assert "mine: 0 relevant, 1 not relevant, 0 with a wrong party" in out
    assert "not relevant  Webinar two" in out
    assert "no proposal" in out


def test_a_word_that_rejected_headlines_share_becomes_a_veto_that_takes_them_out(program, home, stories):
    judge(program, stories, Naver_deal="relevant", Webinar_one="not-relevant", Webinar_two="not-relevant",
          Small_webinar="not-relevant")
    (one,) = [found for found in proposals(program) if found["kind"] == "veto"]
    assert (one["file"], "webinar" in one["change"]) == ("knowledge/vetoes.yaml", True)
    assert one["relevant"]["lost"] == 0
    assert not (home / "knowledge").exists()
    # What it says is what the knowledge takes.
    (home / "knowledge").mkdir()
    (home / "knowledge" / "vetoes.yaml").write_text(one["change"])
    assert program("rules", "check")[0] == 0


def test_a_wrong_party_with_the_right_one_becomes_an_alias(program, home, stories):
    code, _, err = program("feedback", "add", str(stories["Naver deal"]), "wrong-party", "--party", "naver",
                           "--instead", "SK Telecom")
    assert (code, err) == (0, "")
    (one,) = proposals(program)
    assert one["kind"] == "alias"
    assert one["change"] == '"SK Telecom": {"extends": true, "aliases": ["Naver"]}\n'
    assert one["parties_changed"] == 5


def test_what_cannot_be_is_refused_in_one_line(program, stories):
    first = str(stories["Naver deal"])
    for arguments, told in (
        (("add", "999", "relevant"), "the archive has no article 999"),
        (("add", first, "splendid"), "splendid"),
        (("add", first, "wrong-party"), "name it with --party; its parties: Naver, Kakao"),
        (("add", first, "wrong-party", "--party", "KT"), "'KT' is no party of it; its parties: Naver, Kakao"),
        (("add", first, "relevant", "--party", "Naver"), "are for the verdict wrong-party"),
        (("add", first, "relevant", "--rule", "nobody"), "nobody"),
        (("mute", "organisation", "Zorblat"), "has an organisation 'Zorblat'"),
        (("mute", "source", "zorblat"), "no source 'zorblat'"),
        (("mute", "story", "77"), "no story 77"),
        (("lift", "5"), "there is no mute 5"),
        (("watch", "Zorblat"), "has an organisation 'Zorblat'"),
        (("watch", "Naver", "--remove"), "not on the watch list"),
        (("export", "--rule", "mine"), "nobody has judged a story of mine"),
    ):
        code, _, err = program("feedback", *arguments)
        assert code == 2, arguments
        assert told in err
        assert err.count("\n") == 1


def test_mutes_are_made_listed_and_lifted(program, stories):
    assert program("feedback", "mute", "organisation", "naver", "--days", "7")[0] == 0
    assert program("feedback", "mute", "source", "wire")[0] == 0
    found = json.loads(program("feedback", "mutes", "--json")[1])
    assert [(one["kind"], one["name"], one["state"]) for one in found] == [
        ("source", "wire", "active"), ("organisation", "Naver", "active")]
    assert program("feedback", "lift", str(found[1]["id"]))[0] == 0
    assert len(json.loads(program("feedback", "mutes", "--json")[1])) == 1
    assert [one["state"] for one in json.loads(program("feedback", "mutes", "--all", "--json")[1])] == [
        "active", "lifted"]


def test_an_organisation_that_only_the_knowledge_knows_can_be_watched(program, stories):
    assert program("feedback", "watch", "samsung electronics", "kakao")[0] == 0
    assert [one["name"] for one in json.loads(program("feedback", "watch", "--json")[1])] == [
        "Kakao", "Samsung Electronics"]
    assert program("feedback", "watch", "kakao", "--remove")[0] == 0
    assert "Samsung Electronics" in program("feedback", "watch")[1]


def test_a_click_that_a_service_left_behind_is_seen_by_the_commands(program, home, stories):
    payload = {"user": {"id": "U1", "username": "jun"}, "container": {"message_ts": "1.1"}, "actions": [
        {"action_id": "pactwatch:relevant", "action_ts": "1.2", "value": "relevant:1:1"}]}
    clicks.keep(home, payload)
    clicks.keep(home, payload)
    (home / clicks.FOLDER / "broken.json").write_text("{")
    assert [one["author"] for one in json.loads(program("feedback", "list", "--json")[1])] == ["jun"]
