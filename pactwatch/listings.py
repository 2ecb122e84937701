"""Rules and sources with how they go, as `rules list --json` and `sources list --json` print them, and pages, too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from archive.engine import Connection
from archive.replay import fired
from archive.states import SourceState, source_states
from core.advice import next_step
from core.clock import now
from core.workspace import Workspace
from pactwatch.routing import idle_names
from pactwatch.tryouts import firing
from pipeline.rulebook import load_rules, read_all
from scrapers.catalogue import load_sources
from scrapers.packs import pack_mistakes
from scrapers.source import SourceFile

DAYS = 30                 # of which the hits of a rule are counted


def rule_rows(space: Workspace, connection: Connection) -> list[dict[str, Any]]:
    """Every rule, also those that are off; then those that are broken."""
    rules, broken = read_all(*space.rule_dirs)
    recent, ever, articles = fired(connection, now() - timedelta(days=DAYS))
    rows: list[dict[str, Any]] = []
    for rule in rules:
        hits = recent.get(rule.id, 0)
        never = "never fired" if rule.enabled else None
        odd = never if not ever.get(rule.id) else firing(hits, articles) if hits else None
        rows.append({"id": rule.id, "state": "on" if rule.enabled else "off", "title": rule.title,
                     "query": rule.query, "min_score": rule.min_score, "alert_score": rule.alert_score,
                     "examples": len(rule.examples), "hits": hits, "firing": odd})
    return [*rows, *({"id": Path(one.file).stem, "state": "broken", "problem": str(one)} for one in broken)]


def source_rows(sources: Mapping[str, SourceFile], connection: Connection) -> list[dict[str, Any]]:
    """These sources by id, each with its state in the archive."""
    states = source_states(connection, now())
    return [_source_row(id_, source, states.get(id_)) for id_, source in sorted(sources.items())]


def source_row(id_: str, source: SourceFile, connection: Connection) -> dict[str, Any]:
    """The same of one source, for which not all others are counted."""
    return _source_row(id_, source, source_states(connection, now(), only=id_).get(id_))


def _source_row(id_: str, source: SourceFile, state: SourceState | None) -> dict[str, Any]:
    return {
        "id": id_, "name": source.name, "country": source.country, "language": source.language,
        "enabled": source.enabled, "disabled_because": None if source.enabled else source.disabled_because,
        "outcome": state.outcome if state else None, "reason": state.reason if state else None,
        "last_polled_at": state.last_polled_at if state else None,
        "last_new_at": state.last_new_at if state else None,
        "next_due_at": state.next_due_at if state else None, "failures": state.failures if state else 0,
        "failing_since": state.failing_since if state else None,
        "interval_s": state.interval_s if state else None, "trouble": state.trouble if state else None,
        "next_step": next_step(state.outcome, state.reason) if state and state.failures else None,
        "missed_30_days": state.missed if state else 0, "moved_to": state.moved_to if state else None,
        "articles": state.articles if state else 0,
    }


def wrong_files(space: Workspace) -> list[dict[str, str]]:
    """What `health` says of the workspace's files: sources, packs, rules that cannot be read; routes without a rule."""
    _, broken_sources = load_sources(space.source_dirs)
    broken_sources += pack_mistakes(space.pack_files)
    rules, broken_rules = load_rules(*space.rule_dirs)
    found = [(one.file, one.problem, f"mend it, then see `pactwatch {group} check`")
             for group, files in (("sources", broken_sources), ("rules", broken_rules)) for one in files]
    found += [("pactwatch.toml", problem, "correct the name, or switch the rule on")
              for problem in idle_names(space.settings, rules, broken_rules)]
    return [{"subject": subject, "problem": problem, "next": step} for subject, problem, step in found]
