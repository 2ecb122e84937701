"""The receipt of a digest: what was checked and read in its window, what was silent, what failed, what still waits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from archive import days, mutes, troubles
from archive.baseline import usual_a_day
from archive.engine import Connection
from archive.outbox import UNFINISHED
from archive.tables import Address, Article, Delivery, Fetch, Run, Source, Version
from core.clock import iso
from core.records import AddressState

SILENT = timedelta(days=7)               # an outlet that brought nothing for so long is named


def receipt(connection: Connection, since: datetime, until: datetime) -> dict[str, Any]:
    """The receipt of a window, ready for JSON.

    Keys: since, until, sources (enabled), checked, failed [{name, outcome, reason, times, since}],
    silent [{name, days, usual}], unchecked [names], new, updated, pages_failed, runs, runs_broken, pending,
    changes (what began, lasts or ended with sources), missed {days, polls, articles},
    muted [{id, kind, name, until, stories}].
    """
    asked = set(connection.scalars(
        sa.select(Fetch.source_id).where(Fetch.fetched_at > since, Fetch.fetched_at <= until).distinct()))
    rows = connection.execute(sa.select(Source).where(Source.enabled).order_by(Source.name)).mappings().all()
    failed, silent, unchecked, checked = [], [], [], 0
    past = days.load(connection, until)
    known_silent = {t.source_id: t for t in troubles.open_ones(connection).values() if t.kind == troubles.Kind.SILENT}
    for row in rows:
        polled = row["last_polled_at"]
        if row["id"] not in asked and (polled is None or polled <= since):
            unchecked.append(row["name"])
        elif row["failures"]:
            failed.append(
                {"name": row["name"], "outcome": row["outcome"], "reason": row["reason"], "times": row["failures"],
                 "since": iso(row["failing_since"])}
            )
        else:
            checked += 1
            quiet = until - (row["last_new_at"] or row["added_at"])
            usual = usual_a_day(past.get(row["id"], ()), until.date())
            # Where there is a past, it says what silence is; else a week is.
            if row["id"] in known_silent or (usual is None and quiet >= SILENT):
                silent.append({"name": row["name"], "days": quiet.days, "usual": usual})
    runs = connection.execute(
        sa.select(Run.ended_at, Run.outcome).where(Run.started_at > since, Run.started_at <= until)
    ).all()
    return {
        "since": iso(since), "until": iso(until), "sources": len(rows), "checked": checked, "failed": failed,
        "silent": silent, "unchecked": unchecked,
        "new": _count(connection, Article.seen_at, since, until, Article.backfill_id.is_(None)),
        "updated": _count(connection, Version.replaced_at, since, until),
        "pages_failed": _count(connection, Address.fetched_at, since, until, Address.state == str(AddressState.FAILED)),
        "runs": len(runs), "runs_broken": sum(1 for run in runs if run.outcome not in {None, "done"}),
        "pending": connection.execute(
            sa.select(sa.func.count()).select_from(Delivery).where(Delivery.state.in_(UNFINISHED))).scalar_one(),
        "changes": [told.as_json() for told in troubles.between(connection, since, until)],
        "missed": _missed(connection, until), "muted": mutes.held_back(connection, since, until),
    }


def _missed(connection: Connection, until: datetime) -> dict[str, int]:
    lost = days.missed(connection, until).values()
    return {"days": 30, "polls": sum(gaps for gaps, _ in lost), "articles": sum(number for _, number in lost)}


def _count(connection: Connection, column: Any, since: datetime, until: datetime, *conditions: Any) -> int:
    return int(
        connection.execute(sa.select(sa.func.count()).where(column > since, column <= until, *conditions)).scalar_one()
    )
