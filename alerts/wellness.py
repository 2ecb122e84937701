"""What of the work itself needs a person: nobody polls, a digest is overdue, a channel refuses, messages hang."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from alerts.lateness import overdue_since
from archive.engine import Connection, need_room
from archive.health import overview
from archive.routes import stopped_routes, waiting_elsewhere
from archive.standing import Standing, doubtful, standing
from archive.troubles import Kind
from core.errors import DatabaseFullError
from core.settings import Settings

QUIET = timedelta(hours=1)               # without any poll, while sources are due
WAITS = timedelta(minutes=15)            # for so long a digest or a message may be late
LATELY = timedelta(days=2)               # messages that ended in doubt before are history


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that needs a person: what it is about, what is wrong, what to do next."""

    subject: str
    problem: str
    next: str


def state_of_all(connection: Connection, settings: Settings, now: datetime) -> dict[str, Any]:
    """How sources and work go: what `health --json` prints, but for the files of the workspace."""
    found = overview(connection, now)
    found["problems"] = [asdict(problem) for problem in problems(connection, settings, now)]
    found["healthy"] = not found["problems"] and all(one["kind"] == Kind.HOLIDAY for one in found["troubles"])
    return found


def problems(connection: Connection, settings: Settings, now: datetime) -> Iterator[Problem]:
    """All that is wrong with the work, the gravest first."""
    found = standing(connection, now)
    try:
        need_room(connection.engine)
    except DatabaseFullError as full:
        yield Problem("database", str(full), "make room on its disk")
    yield from _polling(found, now)
    named = {route.name for route in settings.routes}
    for route, number in waiting_elsewhere(connection, named):
        waits = "message waits" if number == 1 else "messages wait"
        yield Problem(f"route {route}", f"{number} {waits}, and pactwatch.toml has no such route",
                      "name a route so again, and they go out; under a new name a route knows nothing of what was told")
    for route, reason in stopped_routes(connection):
        if route not in named:
            continue
        yield Problem(f"route {route}", f"its channel refuses messages: {reason}",
                      f"mend that, then see `pactwatch alerts test {route}`; what waits goes out by itself")
    for route, since in overdue_since(connection, settings.routes, now).items():
        if since is not None and now - since > WAITS and not found.stopped.get(route):
            yield Problem(f"route {route}", f"its digest of {since:%Y-%m-%d %H:%M} UTC is not sent",
                          "see `pactwatch alerts status`; is `pactwatch serve` or the cron job running?")
    if found.oldest_waiting is not None and now - found.oldest_waiting > WAITS and not any(found.stopped.values()):
        yield Problem("outbox", f"a message waits since {found.oldest_waiting:%Y-%m-%d %H:%M} UTC",
                      "see `pactwatch alerts status` for its error")
    for route, state, number in doubtful(connection, now - LATELY):
        said = "failed" if state == "failed" else "may have arrived or not"
        yield Problem(f"route {route}", f"{number} {'message' if number == 1 else 'messages'} of the last days {said}",
                      "see `pactwatch alerts status`, then `pactwatch alerts retry` with the number of each")
    for (queue, status), number in sorted((found.jobs or {}).items()):
        if status == "failed":
            yield Problem(f"queue {queue}", f"{number} jobs failed for good", "see the log of the workers")


def _polling(found: Standing, now: datetime) -> Iterator[Problem]:
    asked = found.last_poll
    if not found.overdue or (asked is not None and now - asked < QUIET):
        return
    since = f"since {asked:%Y-%m-%d %H:%M} UTC" if asked else "yet"
    yield Problem("polling", f"no source was asked {since}, and {found.overdue} are due",
                  "start `pactwatch serve`, or see why the cron job of `pactwatch run` does not come")
