"""From readers' verdicts to proposals, each replayed over the archive. Nothing is changed and nothing is sent."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from archive import judged, replay
from archive.engine import Engine, reading
from archive.feedback import Judgement, judgements
from core.errors import KnowledgeFileError
from core.records import Annotation, Band
from core.workspace import Workspace
from pactwatch import suggestions
from pactwatch.progress import track
from pactwatch.replay import Judge, Seen, Window, try_rule
from pactwatch.suggestions import FEWEST, Suggestion
from pipeline.knowledge import Knowledge, load_knowledge
from pipeline.rulebook import Rule
from scrapers.catalogue import load_sources

SHOWN = 10                # stories that are listed on each side of a difference
MOST_NAMES = 10           # wrong names that are looked at

Flagged = Mapping[int, Seen]          # by article


class Proposer:
    """Makes the proposals of a rule."""

    def __init__(self, space: Workspace, engine: Engine, window: Window) -> None:
        self._space, self._engine, self._window = space, engine, window
        self._knowledge = load_knowledge(*space.knowledge_dirs)
        self._publishers = {id_: one.publisher for id_, one in load_sources(space.source_dirs)[0].items()
                            if one.publisher}

    def propose(self, rule: Rule) -> dict[str, Any]:
        """The verdicts of a rule, what they suggest, and what each suggestion would change."""
        with reading(self._engine) as connection:
            said = judgements(connection, rule.id)
            titles = judged.headlines(connection, [one.article_id for one in said])
        tried = try_rule(self._engine, rule, self._knowledge, self._window) if said else None
        seen = {one.article_id: one for one in tried.seen} if tried else {}
        made = list(self._suggestions(rule, said, seen)) if said else []
        proposals = []
        for one in track(made, "replaying proposals", len(made)):
            difference = self._replayed(rule, one, seen, said)
            if difference is not None:
                proposals.append({"kind": one.kind, "file": one.file, "change": one.change, "why": one.why,
                                  "first": self._first(rule, one), **difference})
        wanted = [one.wanted for one in said]
        return {
            "rule": rule.id,
            "verdicts": {"relevant": wanted.count(True), "not_relevant": wanted.count(False),
                         "wrong_party": sum(bool(one.wrong) for one in said), "unsure": sum(o.unsure for o in said)},
            "judged": [{"story": one.story_id, "article": one.article_id, "title": titles.get(one.article_id, ""),
                        "wanted": one.wanted, "unsure": one.unsure, "wrong_parties": [name for name, _ in one.wrong]}
                       for one in said],
            "fewest": FEWEST, "articles": tried.articles if tried else 0, "proposals": proposals,
        }

    def _suggestions(self, rule: Rule, said: Sequence[Judgement], seen: Flagged) -> Iterator[Suggestion]:
        scores = _best(seen)
        wanted = [scores.get(one.story_id, 0.0) for one in said if one.wanted and not one.unsure]
        unwanted = [scores.get(one.story_id, 0.0) for one in said if one.wanted is False and not one.unsure]
        if bound := suggestions.threshold(rule.id, rule.min_score, wanted, unwanted):
            yield bound
        known: set[str] = set()
        with reading(self._engine) as connection:
            wrong = [(one.article_id, party, instead) for one in said for party, instead in one.wrong][:MOST_NAMES]
            for article, party, instead in wrong:
                name = judged.wrong_name(connection, article, rule.id, party)
                made = suggestions.for_name(name, instead, self._knowledge) if name is not None else None
                if made is not None and made.change not in known:
                    known.add(made.change)
                    yield made
            rejected = {one.article_id for one in said if one.wanted is False}
            flagged = [id_ for id_, one in seen.items() if one.band is not Band.ARCHIVE]
            stories = {one.story_id for one in said if one.wanted is False}
            others = judged.headlines(connection, [id_ for id_ in flagged if seen[id_].story_id not in stories])
            titles = judged.headlines(connection, rejected)
            families = judged.families(connection, sorted(rejected), rule.id)
        yield from suggestions.vetoes(titles, others.values(), self._knowledge.organisations, families)

    def _replayed(self, rule: Rule, made: Suggestion, seen: Flagged, said: Sequence[Judgement]
                  ) -> dict[str, Any] | None:
        """What a suggestion changes. None where it comes to nothing, or is none that the knowledge takes."""
        if made.min_score is not None:
            after = {id_: one for id_, one in seen.items() if one.score >= made.min_score}
            return self._difference(_flagged(seen), after, said)
        try:
            changed = self._with(made)
        except KnowledgeFileError:
            return None
        # Only these articles can change, so both sides of them are read anew; the others stay as they are.
        ids = self._affected(made, seen)
        with reading(self._engine) as connection:
            articles = replay.read_articles(connection, ids, replay.Needs(text=True))
        rest = {id_: one for id_, one in _flagged(seen).items() if id_ not in set(ids)}
        sides, parties = [], []
        for knowledge in (self._knowledge, changed):
            judge = Judge(rule, knowledge, self._publishers)
            read = {article.id: judge.annotation(article) for article in articles}
            found = {article.id: one for article in articles if (one := judge.seen(article, read[article.id]))}
            sides.append(rest | _flagged(found))
            parties.append({id_: _parties(annotation) for id_, annotation in read.items()})
        renamed = sum(parties[0][id_] != parties[1][id_] for id_ in parties[0])
        return self._difference(sides[0], sides[1], said, renamed)

    def _first(self, rule: Rule, made: Suggestion) -> str | None:
        """What has to be done before: a rule file replaces the shipped one of its name as a whole."""
        if made.min_score is None or (self._space.home / made.file).exists():
            return None
        return f"copy {rule.file} to {made.file}; a file of its name takes its place as a whole"

    def _affected(self, made: Suggestion, seen: Flagged) -> list[int]:
        with reading(self._engine) as connection:
            if made.words:
                return judged.articles_with(connection, made.words, self._window.since)
            return sorted(_flagged(seen))[-judged.MOST_ARTICLES:]

    def _with(self, made: Suggestion) -> Knowledge:
        """The knowledge with a suggestion laid over it."""
        with tempfile.TemporaryDirectory(prefix="pactwatch-") as folder:
            path = Path(folder) / made.layer
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(made.change, encoding="utf-8")
            return load_knowledge(*self._space.knowledge_dirs, Path(folder))

    def _difference(self, before: Flagged, after: Flagged, said: Sequence[Judgement], renamed: int = 0
                    ) -> dict[str, Any] | None:
        good = {one.story_id for one in said if one.wanted}
        bad = {one.story_id for one in said if one.wanted is False}
        was, is_ = _best(before), _best(after)
        sides = {"added": is_.keys() - was.keys(), "removed": was.keys() - is_.keys()}
        if not sides["added"] and not sides["removed"] and not renamed:
            return None
        found: dict[str, Any] = {
            "stories": {**{name: len(some) for name, some in sides.items()}, "unchanged": len(was.keys() & is_.keys())},
            "relevant": {"kept": len(good & is_.keys()), "lost": len(good & sides["removed"]),
                         "gained": len(good & sides["added"])},
            "parties_changed": renamed,
            "not_relevant": {"gone": len(bad & sides["removed"]), "left": len(bad & is_.keys())},
        }
        with reading(self._engine) as connection:
            for name, some in sides.items():
                source = after if name == "added" else before
                articles = {one.story_id: id_ for id_, one in sorted(source.items()) if one.story_id in some}
                told = replay.titles(connection, list(articles.values())[:SHOWN])
                found[name] = [told[id_] for id_ in list(articles.values())[:SHOWN]]
        return found


def _parties(annotation: Annotation) -> set[tuple[str, ...]]:
    """Who is a party of what in an article."""
    return {tuple(party.organisation for party in event.parties) for event in annotation.events}


def _flagged(seen: Flagged) -> dict[int, Seen]:
    return {id_: one for id_, one in seen.items() if one.band is not Band.ARCHIVE}


def _best(seen: Flagged) -> dict[int, float]:
    """The best score of each story."""
    best: dict[int, float] = {}
    for one in seen.values():
        best[one.story_id] = max(best.get(one.story_id, 0.0), one.score)
    return best
