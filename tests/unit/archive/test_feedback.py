"""The journal of feedback: what counts, what counts once, and what it comes to."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from archive import feedback, replay
from archive.engine import reading, writing
from archive.feedback import Said
from archive.tables import Hit
from tests.factories import NOW, article, event, hit


def flagged(engine, title="Story"):
    with writing(engine) as connection:
        of = article(connection, title)
        return of, hit(connection, of, event_id=event(connection, of, "Naver", "Kakao"))


def say(engine, verdict, hit_id, **values):
    with writing(engine) as connection:
        return feedback.note(connection, Said(verdict, hit_id=hit_id, **values), NOW)


def judged(engine):
    with reading(engine) as connection:
        return feedback.judgements(connection, "ai-alliances")


def test_a_key_counts_once_and_without_one_everything_counts(engine):
    _, of = flagged(engine)
    assert say(engine, "relevant", of, key="k") is not None
    assert say(engine, "relevant", of, key="k") is None
    assert say(engine, "relevant", of) is not None
    with reading(engine) as connection:
        assert len(feedback.journal(connection)) == 2
        assert feedback.journal(connection, since=NOW + timedelta(seconds=1)) == []


def test_the_newest_word_of_an_author_counts_and_most_authors_decide(engine):
    _, of = flagged(engine)
    say(engine, "relevant", of, author="a")
    say(engine, "not_relevant", of, author="a")
    say(engine, "relevant", of, author="b")
    (one,) = judged(engine)
    assert (one.wanted, one.unsure) == (True, True)          # they are even, and the newest word decides
    say(engine, "not_relevant", of, author="c")
    (one,) = judged(engine)
    assert (one.wanted, one.unsure) == (False, True)


def test_a_word_that_was_taken_back_confirms_no_story(engine):
    _, of = flagged(engine)
    with reading(engine) as connection:
        story = connection.scalars(sa.select(Hit.story_id)).one()
    say(engine, "relevant", of, author="a")
    with reading(engine) as connection:
        assert replay.confirmed(connection, "ai-alliances", [story]) == {story}
    say(engine, "not_relevant", of, author="a")
    with reading(engine) as connection:
        assert replay.confirmed(connection, "ai-alliances", [story]) == set()


def test_a_verdict_outlives_its_hit(engine):
    article_id, of = flagged(engine)
    say(engine, "not_relevant", of)
    with writing(engine) as connection:
        connection.execute(sa.delete(Hit).where(Hit.id == of))
    (one,) = judged(engine)
    assert (one.article_id, one.wanted) == (article_id, False)


def test_a_click_on_a_hit_that_was_made_anew_is_about_its_story(engine):
    article_id, of = flagged(engine)
    with reading(engine) as connection:
        story = connection.scalars(sa.select(Hit.story_id)).one()
    say(engine, "relevant", of + 1000, story_id=story)
    (one,) = judged(engine)
    assert (one.article_id, one.story_id) == (article_id, story)
    say(engine, "relevant", of + 1000, story_id=story + 1000)
    assert len(judged(engine)) == 1


def test_wrong_parties_alone_make_an_unsure_example_with_who_is_meant(engine):
    _, of = flagged(engine)
    say(engine, "wrong_party", of, details={"party": "Naver", "instead": "SK Telecom"})
    say(engine, "wrong_party", of, details={"party": "Kakao", "instead": None})
    with reading(engine) as connection:
        (line,) = feedback.examples(connection, "ai-alliances")
    assert (line["match"], line["unsure"], line["organisations"]) == (True, True, ["SK Telecom"])
