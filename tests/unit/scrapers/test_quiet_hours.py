"""Quiet hours of a source: when it rests, and how a mistake is told."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import SourceFileError
from scrapers.source import read_source


def source(folder: Path, more: str) -> Path:
    path = folder / "outlet.yaml"
    path.write_text(f"name: O\nhome: https://o.example/\nentry_points:\n  - feed: https://o.example/rss\n{more}")
    return path


@pytest.mark.parametrize(
    ("quiet", "zone", "hour", "rests"),
    [
        ("22:00-06:00", "UTC", 23, True),
        ("22:00-06:00", "UTC", 5, True),
        ("22:00-06:00", "UTC", 6, False),
        ("22:00-06:00", "UTC", 12, False),
        ("01:00-02:00", "UTC", 1, True),
        ("01:00-02:00", "UTC", 2, False),
        ("22:00-06:00", "Asia/Seoul", 14, True),
        ("22:00-06:00", "Asia/Seoul", 22, False),
    ],
)
def test_a_source_rests_in_its_quiet_hours(quiet: str, zone: str, hour: int, rests: bool, tmp_path: Path) -> None:
    found = read_source(source(tmp_path, f'quiet: "{quiet}"\nzone: {zone}\n'))
    assert found.rests_at(datetime(2026, 3, 15, hour, tzinfo=UTC)) is rests


@pytest.mark.parametrize("line", ['quiet: "late"', 'quiet: "22:00"', 'quiet: "22:00-22:00"', 'quiet: "25:00-26:00"',
                                  "zone: Atlantis"])  # fmt: skip
def test_hours_that_are_none_are_refused_with_their_line(line: str, tmp_path: Path) -> None:
    with pytest.raises(SourceFileError, match=r"outlet\.yaml:5: "):
        read_source(source(tmp_path, line + "\n"))


@pytest.mark.parametrize(
    ("quiet", "zone", "at", "until"),
    [
        ("22:00-06:00", "UTC", datetime(2026, 3, 15, 23, 10), datetime(2026, 3, 16, 6)),
        ("22:00-06:00", "UTC", datetime(2026, 3, 15, 5, 59), datetime(2026, 3, 15, 6)),
        ("22:00-06:00", "Asia/Seoul", datetime(2026, 3, 15, 14), datetime(2026, 3, 15, 21)),
        ("22:00-06:00", "UTC", datetime(2026, 3, 15, 12), None),
    ],
)
def test_it_is_known_when_the_quiet_hours_end(
    quiet: str, zone: str, at: datetime, until: datetime | None, tmp_path: Path
) -> None:
    found = read_source(source(tmp_path, f'quiet: "{quiet}"\nzone: {zone}\n'))
    assert found.rests_until(at.replace(tzinfo=UTC)) == (until and until.replace(tzinfo=UTC))
