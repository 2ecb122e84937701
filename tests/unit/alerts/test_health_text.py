"""What a digest says of sources: what is wrong now, and what is over."""

from __future__ import annotations

from alerts.health_text import health_lines

NETWORK = {"kind": "network", "source": None, "name": None, "since": "2026-11-27T05:06:00Z", "ended": None,
           "detail": "all sources fail: network? (the host's name cannot be resolved)"}


def test_what_is_over_by_the_time_of_the_digest_is_told_once() -> None:
    begun, over = {**NETWORK, "change": "begun"}, {**NETWORK, "change": "over", "ended": "2026-11-27T05:38:00Z"}
    assert health_lines([begun, over]) == ("Sources can be reached again, after trouble on 2026-11-27",)
    later = {**over, "ended": "2026-11-28T05:38:00Z"}
    assert health_lines([later]) == ("Sources can be reached again, after trouble from 2026-11-27 to 2026-11-28",)


def test_what_all_sources_share_is_said_once() -> None:
    [line] = health_lines([{**NETWORK, "change": "begun"}])
    assert line.startswith("All sources fail since 2026-11-27: network? (the host's name cannot be resolved) → ")
