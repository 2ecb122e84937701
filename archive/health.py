"""The health of all sources: what is wrong now, found from their polls and their past, and the overview for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive import baseline, days, holidays, setbacks, troubles
from archive.setbacks import Weight
from archive.tables import EntryPoint, Source, Trouble
from archive.troubles import Finding, Kind
from core.advice import next_step

# How often and for how long a source has failed before anybody is told: hiccups pass by themselves.
_BROKEN = {
    Weight.HARD: (2, timedelta(hours=1)),
    Weight.SOFT: (3, timedelta(hours=6)),
    Weight.TEMPORARY: (3, timedelta(hours=12)),
}
_OF_THE_NETWORK = {"dns_error", "timeout", "connection_error"}
# Polls so recent say whether the network works, where so many sources were asked: of one nobody can tell.
_AT_ONCE = ((timedelta(minutes=30), 5), (timedelta(hours=3), 2))
_OF_DAYS = {Kind.SILENT, Kind.BURST, Kind.EXTRACTION, Kind.HOLIDAY}
_UNTOLD_FOR = timedelta(days=2)  # after the network was away, the days of sources say little

@dataclass(frozen=True, slots=True)
class _State:
    """What is needed of a source's row."""

    id: str
    failures: int
    failing_since: datetime | None
    last_polled_at: datetime | None
    outcome: str | None
    reason: str | None


def examine(connection: Connection, now: datetime) -> int:
    """Find what is wrong and what is over; the number of changes to tell."""
    days.bring_up_to_date(connection, now)
    rows = [
        _State(*row)
        for row in connection.execute(
            sa.select(Source.id, Source.failures, Source.failing_since, Source.last_polled_at, Source.outcome,
                      Source.reason).where(Source.enabled)
        )
    ]
    known = troubles.open_ones(connection)
    watched = {row.id for row in rows}
    network = _network(rows, now)
    if network is not None:
        # What fails now says nothing of the sources; what was wrong before stays as it is.
        return troubles.settle(connection, [network], {key for key in known if key != network.key}, now)
    ended = _network_back(connection, network_was_away=f"{Kind.NETWORK}:" in known, now=now)
    found = [finding for row in rows if (finding := _broken(row, ended, now))]
    found += _broken_parts(connection, watched - {f.source_id for f in found}, ended, now)
    failing = {row.id for row in rows if row.failures}
    if ended is None or ended < now - _UNTOLD_FOR:
        found += _departures(connection, watched - failing, set(known), now)
        kept = {key for key, row in known.items() if row.source_id in failing}
    else:
        kept = {key for key, row in known.items() if row.kind in _OF_DAYS or row.source_id in failing}
    # One that was told as broken stays so until a poll goes well, whatever its failures weigh from day to day.
    return troubles.settle(connection, found, kept - {f.key for f in found}, now)


def _network(rows: Sequence[_State], now: datetime) -> Finding | None:
    """All that was asked lately failed on the way: then it is the network of this machine."""
    for lately, fewest in _AT_ONCE:
        asked = [row for row in rows if row.last_polled_at and row.last_polled_at > now - lately]
        if len(asked) >= fewest and all(row.failures and row.outcome in _OF_THE_NETWORK for row in asked):
            since = max(row.failing_since or now for row in asked)
            return Finding(None, Kind.NETWORK, since, f"all sources fail: network? ({asked[0].reason})")
    return None


def _network_back(connection: Connection, *, network_was_away: bool, now: datetime) -> datetime | None:
    """When the network of this machine came back last. Whoever failed for it is asked again at once then."""
    if not network_was_away:
        return connection.scalar(sa.select(sa.func.max(Trouble.ended_at)).where(Trouble.kind == str(Kind.NETWORK)))
    for table in (Source, EntryPoint):
        connection.execute(
            sa.update(table)
            .where(table.failures > 0, table.outcome.in_(_OF_THE_NETWORK))
            .values(next_due_at=now)
        )
    return now


def _broken(row: _State, network_ended: datetime | None, now: datetime) -> Finding | None:
    if not row.failures or row.failing_since is None:
        return None
    outcome = row.outcome or ""
    often, long = _BROKEN[setbacks.weight_of(outcome, row.reason or "")]
    since = max(row.failing_since, network_ended or row.failing_since)
    if row.failures < often or now - since < long:
        return None
    return Finding(row.id, Kind.BROKEN, row.failing_since, _told(outcome, row.reason))


def _told(outcome: str, reason: str | None) -> str:
    """An outcome and its reason: the name alone says little, and the reason may be empty."""
    name = outcome.replace("_", " ")
    return f"{name}: {reason}" if reason else name


def _broken_parts(
    connection: Connection, ids: set[str], network_ended: datetime | None, now: datetime
) -> list[Finding]:
    """Sources of which one entry point fails while others go well."""
    columns = (EntryPoint.source_id, EntryPoint.url, EntryPoint.failures, EntryPoint.good_at,
               EntryPoint.last_polled_at, EntryPoint.outcome, EntryPoint.reason)
    query = sa.select(*columns).where(EntryPoint.failures >= 2, EntryPoint.last_polled_at > now - timedelta(days=2))
    # Where nothing goes well the source as a whole fails, and is told as such.
    well = set(connection.scalars(sa.select(EntryPoint.source_id).where(
        EntryPoint.failures == 0, EntryPoint.good_at.is_not(None), EntryPoint.source_id.in_(ids))))
    found: dict[str, Finding] = {}
    for row in connection.execute(query):
        often, long = _BROKEN[setbacks.weight_of(row.outcome or "", row.reason or "")]
        since = max(row.good_at or row.last_polled_at - long, network_ended or row.last_polled_at - long)
        if row.source_id in well and row.failures >= often and now - since >= long:
            detail = f"{row.url}: {_told(row.outcome or '', row.reason)}; its other entry points go well"
            found.setdefault(row.source_id, Finding(row.source_id, Kind.BROKEN, since, detail))
    return list(found.values())


def _departures(connection: Connection, ids: set[str], known: set[str], now: datetime) -> list[Finding]:
    """Sources that depart from their own past."""
    past, today, found = days.load(connection, now), now.date(), []
    for id_ in sorted(ids & past.keys()):
        lasting = f"{Kind.BURST}:{id_}" in known
        judges: tuple[tuple[Kind, Any], ...] = (
            (Kind.SILENT, baseline.silent(past[id_], today)),
            (Kind.BURST, baseline.burst(past[id_], today, lasting=lasting)),
            (Kind.EXTRACTION, baseline.breakage(past[id_], today)),
        )
        for kind, departs in judges:
            if departs:
                since = datetime.combine(departs[0], time(), UTC)
                found.append(Finding(id_, kind, since, departs[1]))
    return _without_holidays(connection, found, past, known, today)


def _without_holidays(
    connection: Connection, found: list[Finding], past: Mapping[str, Sequence[baseline.Day]], known: set[str],
    today: date,
) -> list[Finding]:
    """Silence that begins while most of a country's outlets rest is told as one note of all."""
    silent = {f.source_id: f for f in found if f.kind is Kind.SILENT and f.source_id and f.key not in known}
    if not silent:
        return found
    countries = {row.id: row.country for row in connection.execute(sa.select(Source.id, Source.country))}
    rests = holidays.rests(past, countries, silent, today)
    excused = {id_ for id_, rest in rests.items() if baseline.silent(past[id_], today, rest.days) is None}
    lasting = {rest.country: rest for id_ in sorted(excused) if (rest := rests[id_]).lasts}
    kept = [finding for finding in found if finding.kind is not Kind.SILENT or finding.source_id not in excused]
    if lasting:
        since = min(silent[id_].since for id_ in excused if rests[id_].lasts)
        said = ", ".join(f"{r.resting} of {r.expected} outlets of {r.country}" for r in lasting.values())
        kept.append(Finding(None, Kind.HOLIDAY, since, f"nothing from {said}: a holiday there?"))
    return kept


def overview(connection: Connection, now: datetime) -> dict[str, Any]:
    """How all sources go: counts, what is wrong with what to do next, moved feeds, what was missed. Ready for JSON."""
    rows = connection.execute(
        sa.select(Source.id, Source.name, Source.failures, Source.last_polled_at).where(Source.enabled)
    ).all()
    names = {row.id: row.name for row in rows}
    wrong = []
    for row in troubles.open_ones(connection).values():
        if row.source_id is None or row.source_id in names:
            subject = row.detail.partition(":")[0].replace(" ", "_") if row.kind == Kind.BROKEN else row.kind
            wrong.append({
                "source": row.source_id, "name": names.get(row.source_id or ""), "kind": row.kind, "since": row.since,
                "detail": row.detail, "next": next_step(subject, row.detail),
            })
    lost = days.missed(connection, now)
    return {
        "sources": len(rows),
        "polled": sum(1 for row in rows if row.last_polled_at and row.last_polled_at > now - timedelta(days=1)),
        "failing": sum(1 for row in rows if row.failures),
        "last_poll_at": max((row.last_polled_at for row in rows if row.last_polled_at), default=None),
        "troubles": wrong,
        "moved": moved(connection, set(names)),
        "missed": {"days": 30, "polls": sum(g for g, _ in lost.values()), "articles": sum(m for _, m in lost.values()),
                   "sources": [{"source": id_, "polls": gaps, "articles": number}
                               for id_, (gaps, number) in sorted(lost.items()) if gaps]},
    }


def moved(connection: Connection, ids: set[str]) -> list[dict[str, Any]]:
    """Entry points that say that they are elsewhere for good."""
    query = sa.select(EntryPoint.source_id, EntryPoint.url, EntryPoint.moved_to).where(EntryPoint.moved_to.is_not(None))
    return [
        {"source": row.source_id, "url": row.url, "to": row.moved_to,
         "next": f"put {row.moved_to} into the source file for {row.url}"}
        for row in connection.execute(query.order_by(EntryPoint.id))
        if row.source_id in ids
    ]
