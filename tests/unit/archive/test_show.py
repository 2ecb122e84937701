"""`show`: all that is known of an article."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from archive import meaning
from archive.engine import reading, writing
from archive.show import show
from archive.tables import Article
from core.errors import NotFoundError
from core.records import Annotation, Person, Span
from tests.factories import alert, article, digest, event, hit, source, version


@pytest.fixture
def told(engine):
    """An article with everything; returns its id and that of a copy in another outlet."""
    with writing(engine) as connection:
        source(connection, "aju", name="Aju Daily", country="KR")
        id_ = article(connection, "Two firms join forces", "They join forces.", topics={"ai": 0.9}, mentions=["Naver"])
        story = connection.scalar(sa.select(Article.story_id).where(Article.id == id_))
        copy = article(connection, "Firms join forces", source_id="aju", story=story)
        version(connection, id_, "Two firms talk", "They talk.")
        event(connection, id_, "Naver", score=0.2, status="background")
        made = event(connection, id_, "Naver", "Kakao")
        flagged = hit(connection, id_, event_id=made)
        alert(connection, flagged)
        digest(connection, flagged)
        alert(connection, hit(connection, copy), key="another")
    return id_, copy


def test_an_article_is_shown_with_all_that_hangs_on_it(engine, told):
    id_, copy = told
    with reading(engine) as connection:
        found = show(connection, id_)
    assert (found["title"], found["outlet"], found["text"]) == ("Two firms join forces", "Wire", "They join forces.")
    assert [(v["number"], v["title"], v["text"]) for v in found["versions"]] == [(1, "Two firms talk", "They talk.")]
    assert [(o["id"], o["outlet"]) for o in found["story"]["others"]] == [(copy, "Aju Daily")]
    best, other = found["events"]
    assert (best["status"], other["status"]) == ("announced", "background")
    assert [p["organisation"] for p in best["parties"]] == ["Naver", "Kakao"]
    assert best["sentence"] == {"text": "They join forces.", "field": "text", "start": 0, "end": 17}
    assert [(h["rule"], h["event"], h["evidence"][0]["text"]) for h in found["hits"]] == \
        [("ai-alliances", best["id"], "join forces")]
    assert [(d["kind"], d["state"]) for d in found["deliveries"]] == [("alert", "sent"), ("digest", "sent")]
    json.dumps(found, default=str)


def test_an_article_with_nothing_is_shown_too(engine):
    with writing(engine) as connection:
        id_ = article(connection)
    with reading(engine) as connection:
        found = show(connection, id_)
    assert (found["versions"], found["events"], found["hits"], found["deliveries"]) == ([], [], [], [])
    assert found["story"]["others"] == []


def test_an_unknown_id_is_said_in_one_line(engine):
    with reading(engine) as connection, pytest.raises(NotFoundError, match="no article 77"):
        show(connection, 77)


def test_analysts_find_alliances_and_hits_in_views(engine, told):
    with reading(engine) as connection:
        alliances = connection.execute(sa.text(
            "SELECT article_id, parties, status, topics, outlet, sentence FROM v_alliances ORDER BY score DESC")).all()
        hits = connection.execute(sa.text("SELECT article_id, rule, parties, type FROM v_hits ORDER BY hit_id")).all()
    assert [tuple(row) for row in alliances] == [
        (told[0], "Naver; Kakao", "announced", "ai", "Wire", "They join forces."),
        (told[0], "Naver", "background", "ai", "Wire", "They join forces.")]
    assert [tuple(row) for row in hits] == [
        (told[0], "ai-alliances", "Naver; Kakao", "partnership"), (told[1], "ai-alliances", None, None)]


def test_people_are_shown_until_a_correction_forgets_them(engine):
    known = Person("Orla Quendrin", "CEO", "Naver", Span("text", 0, 13, "Orla Quendrin"))
    nobody = Person("Tiber Olun", "analyst", None, Span("text", 20, 30, "Tiber Olun"))
    with writing(engine) as connection:
        id_ = article(connection)
        meaning.write(connection, [(id_, Annotation(people=(known, nobody)))], {})
        shown = show(connection, id_)["people"]
        meaning.erase(connection, [id_])
        assert show(connection, id_)["people"] == []
    assert [(one["name"], one["role"], one["organisation"]) for one in shown] == [
        ("Orla Quendrin", "CEO", "Naver"), ("Tiber Olun", "analyst", None)]
    assert (shown[0]["field"], shown[0]["start"], shown[0]["end"]) == ("text", 0, 13)
