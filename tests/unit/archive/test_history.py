"""The past of a source, as the doctor tells it."""

from __future__ import annotations

from datetime import timedelta

from archive.engine import reading, writing
from archive.history import LAST_POLLS, failing, history
from archive.tables import EntryPoint, Fetch, Trouble
from tests.factories import NOW, add, article, source


def point(connection, source_id: str, url: str, **values) -> int:
    return add(connection, EntryPoint, source_id=source_id, kind="feed", url=url, failures=0, **values)


def test_the_past_of_a_source_is_told_latest_poll_first(engine) -> None:
    with writing(engine) as connection:
        source(connection, "wire", failures=2, outcome="http_error", reason="HTTP 500", interval_s=900)
        feed = point(connection, "wire", "https://wire.example/rss", outcome="http_error", moved_to="https://w.example/rss")
        for hour in range(LAST_POLLS + 3):
            add(connection, Fetch, source_id="wire", entry_point_id=feed, url="https://wire.example/rss",
                outcome="ok" if hour else "http_error", fetched_at=NOW - timedelta(hours=hour))
        article(connection, "A title", "x" * 300)
        article(connection, "Another title", "x" * 500)
    with reading(engine) as connection:
        past = history(connection, "wire", NOW + timedelta(minutes=1))
        assert history(connection, "nobody", NOW) is None
    assert past is not None
    assert (past.failures, past.interval_s, past.reason) == (2, 900, "HTTP 500")
    assert [poll["outcome"] for poll in past.polls] == ["http_error"] + ["ok"] * (LAST_POLLS - 1)
    assert past.usual_characters == 400
    assert past.entry_points[0]["moved_to"] == "https://w.example/rss"


def test_what_fails_has_moved_or_is_in_trouble_is_found(engine) -> None:
    with writing(engine) as connection:
        for name in ("good", "down", "half", "moved", "silent"):
            source(connection, name, outcome="ok", failures=int(name == "down"))
            point(connection, name, f"https://{name}.example/1", outcome="unchanged")
        point(connection, "half", "https://half.example/2", outcome="not_a_feed")
        point(connection, "moved", "https://moved.example/2", outcome="ok", moved_to="https://m.example/")
        add(connection, Trouble, key="silent silent", source_id="silent", kind="silent", since=NOW, found_at=NOW,
            detail="nothing for 5 days", told=1)
    with reading(engine) as connection:
        assert failing(connection) == ["down", "half", "moved", "silent"]
        assert [t["kind"] for t in history(connection, "silent", NOW).troubles] == ["silent"]
