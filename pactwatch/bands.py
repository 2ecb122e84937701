"""Which band the rules of a workspace give to articles of the archive."""

from __future__ import annotations

from collections.abc import Sequence

from archive.engine import Connection
from archive.replay import Needs, hits_of, read_articles
from core.query import Filter, Term, walk
from core.records import Band
from core.workspace import Workspace
from pipeline.knowledge import default_alert_score
from pipeline.match import bands_of, highest
from pipeline.rulebook import Rule, load_rules


class Bands:
    """The rules in force and the score from which a hit is worth an alert."""

    def __init__(self, space: Workspace) -> None:
        self._rules: list[Rule] = load_rules(*space.rule_dirs)[0]
        self._alert_score = default_alert_score(*space.knowledge_dirs)

    def of_hit(self, rule_id: str, score: float) -> Band:
        """The band of a stored hit; the default bounds where its rule is no longer in force."""
        rule = next((rule for rule in self._rules if rule.id == rule_id), None)
        if rule is not None:
            return rule.band_of(score, self._alert_score)
        return Band.ALERT if score >= self._alert_score else Band.DIGEST

    def of_articles(self, connection: Connection, ids: Sequence[int]) -> dict[int, Band]:
        """The highest band of each article that has one: by its hits, else by what is stored of its meaning."""
        hits = hits_of(connection, ids)
        found = {id_: highest({self.of_hit(rule, score) for rule, score in some}) for id_, some in hits.items()}
        parts = [part for rule in self._rules for part in walk(rule.parsed)]
        needs = Needs(text=any(isinstance(part, Term) for part in parts), mentions=True,
                      people=any(isinstance(part, Filter) and part.field == "person" for part in parts))
        others = read_articles(connection, [id_ for id_ in ids if id_ not in hits], needs)
        for one in others:
            below = bands_of(one.article, one.annotation, self._rules, (), self._alert_score, source_id=one.source_id)
            found[one.id] = highest(below.values())
        return {id_: band for id_, band in found.items() if band is not None}
