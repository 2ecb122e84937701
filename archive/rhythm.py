"""How often an entry point is asked: so often that each list still shows what was known before, and no oftener.

An entry of the list before that is still there proves that nothing was missed in between. The interval therefore
follows the rate of publishing and the length of the list, which both come from the polls themselves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from core.fetching import Rhythm

FIRST = timedelta(minutes=2)  # before anything is known of a source: a second look soon, once, costs little
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(hours=2)
GROWTH = 1.5  # a longer interval is tried step by step; a shorter one is taken at once

_KNOWN = 1 / 3  # the share of a list that is still to be known
_MARGIN = 2.0  # standard deviations of chance that the list has room for, beside that share
_AT_PEAK = 0.6  # of a list that may be new at the busiest time of the last days
_MEMORY_S = 3 * 3600.0  # of the rate
_PEAK_MEMORY_S = 3 * 86_400.0
_FULL = 0.8  # of the usual length: a shorter list was emptied by its publisher, and did not push anything out
_TELLING = 5  # entries from which on a list without a known one says that some may have been missed
_MOST_MISSED = 10  # times the list: beyond that an estimate is no more than a guess


@dataclass(frozen=True, slots=True)
class Listed:
    """A list as a poll found it. `unseen`: entries that were not known when it was read before."""

    listed: int
    unseen: int
    published: tuple[datetime, ...] = ()  # the dates of its entries, as far as they are given


UNCHANGED = Listed(0, 0)


def after(rhythm: Rhythm, seen: Listed, now: datetime) -> tuple[Rhythm, int | None]:
    """The rhythm after a poll; with an estimate of what was missed where nothing on the list was known before."""
    length = rhythm.length
    if seen.listed:
        length = max(float(seen.listed), length + 0.1 * (seen.listed - length))
    gap = (now - rhythm.good_at).total_seconds() if rhythm.good_at else 0.0
    if gap <= 0:
        rate = _rate_of(seen.published)
        first = FIRST.total_seconds() if rate is None else min(FIRST.total_seconds(), _fitting(rate, length))
        return replace(rhythm, good_at=now, rate=rate, peak=rate, length=length, interval=_within(first)), None
    lost = _lost(rhythm, seen, gap)
    rate = _rate(rhythm, seen, gap, lost is not None)
    peak = max(rate, (rhythm.peak or 0.0) * math.exp(-gap / _PEAK_MEMORY_S))
    present = rhythm.interval or FIRST.total_seconds()
    wanted = min(_fitting(rate, length), _AT_PEAK * length / peak if length and peak else math.inf)
    interval = _within(min(wanted, present * GROWTH))
    return replace(rhythm, good_at=now, rate=rate, peak=peak, length=length, interval=interval), lost


def _within(seconds: float) -> float:
    return min(LONGEST.total_seconds(), max(SHORTEST.total_seconds(), seconds))


def _fitting(rate: float, length: float) -> float:
    """The interval in which so much is published that, but for bad luck, a third of the list is still known."""
    if rate <= 0 or length <= 0:
        return math.inf
    root = (math.sqrt(_MARGIN**2 + 4 * (1 - _KNOWN) * length) - _MARGIN) / 2
    return root * root / rate  # root² + margin · root = two thirds of the list


def _rate(rhythm: Rhythm, seen: Listed, gap: float, without_overlap: bool) -> float:
    sample = seen.unseen / gap
    if rhythm.rate is None:
        return sample
    weight = 1 - math.exp(-gap / _MEMORY_S)
    expected = rhythm.rate * gap
    if seen.unseen > expected + _MARGIN * math.sqrt(expected) + 1:  # no chance any more: a burst
        weight = max(weight, 0.8)
    rate = rhythm.rate + weight * (sample - rhythm.rate)
    return max(rate, 1.5 * sample) if without_overlap else rate


def _rate_of(published: Sequence[datetime]) -> float | None:
    """Entries a second, by their dates; None where these say nothing."""
    if len(published) < _TELLING:
        return None
    span = (max(published) - min(published)).total_seconds()
    return (len(published) - 1) / span if span >= SHORTEST.total_seconds() else None


def _lost(rhythm: Rhythm, seen: Listed, gap: float) -> int | None:
    """How many entries came and went between two polls; None where the list shows that there was none."""
    full = seen.listed >= _FULL * rhythm.length
    if not seen.listed or seen.unseen < seen.listed or not full or not rhythm.length:
        return None
    most = _MOST_MISSED * seen.listed
    dated = sorted(seen.published)
    if rhythm.good_at and len(dated) >= max(2, seen.listed // 2):
        hole = (dated[0] - rhythm.good_at).total_seconds()
        if hole <= 0:  # the list reaches back behind the last poll: only its addresses are new
            return None
        usual = sorted((b - a).total_seconds() for a, b in pairwise(dated))[(len(dated) - 1) // 2]
        if hole <= 3 * usual:  # as far apart as others: there is room for none between
            return 0
        before, then = rhythm.rate or 0.0, 1 / max(usual, 1.0)
        return min(most, round(hole * (min(before, then) + then) / 2))
    published = max(rhythm.rate or 0.0, seen.unseen / gap) * gap
    least = 1 if seen.listed >= _TELLING else 0
    return min(most, max(least, round(published) - seen.listed))
