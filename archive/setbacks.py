"""How long a source is left alone after a failed poll. It is tried again after a day at the latest, always."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum

from core.records import Outcome

DAY = timedelta(days=1)


class Weight(StrEnum):
    """What a failure says about the next try."""

    TEMPORARY = "temporary"  # it may be well in a minute: the server, the network or the name service hiccups
    SOFT = "soft"            # an answer came, but not what was asked for
    HARD = "hard"            # somebody has to change something, there or here


# The first wait, and how it grows with each further failure.
_WAITS = {
    Weight.TEMPORARY: (timedelta(minutes=1), 1.5),
    Weight.SOFT: (timedelta(minutes=15), 2.0),
    Weight.HARD: (timedelta(hours=1), 3.0),
}
_HARD = {"tls_error", "blocked_address", "robots_denied", "invalid", "bot_wall", "parked", "login_page"}
_TEMPORARY = {"dns_error", "timeout", "connection_error", "maintenance"}
_STATUS = re.compile(r"\bHTTP (\d{3})\b")
_PASSING_STATUSES = {408, 425, 429}


def weight_of(outcome: Outcome | str, reason: str = "") -> Weight:
    """The weight of a failure. The reason of an HTTP error names its status."""
    if outcome == Outcome.HTTP_ERROR:
        found = _STATUS.search(reason)
        code = int(found[1]) if found else 0
        if code >= 500 or code in _PASSING_STATUSES:
            return Weight.TEMPORARY
        return Weight.HARD if code else Weight.SOFT
    if outcome == Outcome.ROBOTS_DENIED and "cannot be read" in reason:
        return Weight.TEMPORARY
    if outcome in _HARD:
        return Weight.HARD
    return Weight.TEMPORARY if outcome in _TEMPORARY else Weight.SOFT


def wait(weight: Weight, failures: int, interval: timedelta) -> timedelta:
    """The wait after so many failures in a row.

    While a source cannot be read its list goes on: what may be well in a minute is asked again in a minute, whatever
    its interval, and a wrong answer once is asked again as usual. Only what lasts is asked less often.
    """
    least, growth = _WAITS[weight]
    if weight is Weight.TEMPORARY:
        return min(DAY, least * growth ** min(failures - 1, 18))
    if weight is Weight.SOFT:
        if failures <= 1:
            return min(DAY, interval)
        failures -= 1
    return min(DAY, max(least, interval) * growth ** min(failures - 1, 18))
