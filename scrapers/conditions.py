"""Requests for what is new only, and how far the answer is believed."""

from __future__ import annotations

from datetime import timedelta

from scrapy.http import Response

from core import clock
from core.fetching import EntryState, FetchOrder
from scrapers import outcomes

_BELIEVED = timedelta(days=1)  # how long a server's word that nothing is new counts without proof


def conditions(known: EntryState | FetchOrder) -> dict[str, str]:
    """The headers that ask only for what is new. Not where the answer could not be believed.

    A date of change in the future would be "not modified" for ever, and so may any validator of a broken cache:
    once a day a list is asked for as a whole, and so it is after a failure, for some servers choke on conditions.
    """
    if isinstance(known, EntryState) and (
        known.read_at is None or known.failures or clock.now() - known.read_at > _BELIEVED
    ):
        return {}
    headers = {}
    if known.etag:
        headers["If-None-Match"] = known.etag
    if known.last_modified and not outcomes.is_future(known.last_modified, clock.now()):
        headers["If-Modified-Since"] = known.last_modified
    return headers


def had_conditions(response: Response) -> bool:
    """Whether an answer is one to a request for what is new only."""
    sent = response.request.headers if response.request else {}
    return b"If-None-Match" in sent or b"If-Modified-Since" in sent
