"""The hostile web: every case is served, crawled and read back; see the cases for what each expects."""

from __future__ import annotations

import fcntl
import os
import pickle
from collections import Counter

import pytest

from tests.hostile import cases_encodings, cases_feeds, cases_meaning, cases_pages, cases_time
from tests.hostile.case import Case, Seen
from tests.hostile.stage import play

CASES = (
    *cases_feeds.ILL_FORMED,
    *cases_feeds.FEED_SIZE,
    *cases_encodings.ENCODINGS,
    *cases_meaning.SEMANTICS,
    *cases_meaning.DATES,
    *cases_time.CHANGE,
    *cases_time.CONDITIONAL,
    *cases_pages.PAGE_SIZE,
    *cases_pages.SOFT_FAIL,
    *cases_pages.TRAP,
    *cases_pages.SYNDICATION,
)


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Seen]]:
    """All cases in a few passes; the workers of a parallel run share them."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    kept = folder / "hostile.pickle"
    with (folder / "hostile.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            kept.write_bytes(pickle.dumps(play(tmp_path_factory.mktemp("hostile") / "home", CASES)))
    found: dict[str, list[Seen]] = pickle.loads(kept.read_bytes())
    return found


@pytest.mark.timeout(400)  # the first one waits for all passes
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_hostile(case: Case, played: dict[str, list[Seen]]) -> None:
    passes = played[case.id]
    last = passes[-1]
    if case.poll is not None:
        assert passes[0].polls[0][0] == case.poll, passes[0].polls
    if case.stored is not None:
        assert last.titles == sorted(case.stored), last.addresses
    for path, outcome in case.outcomes.items():
        assert last.outcomes[path] == outcome, last.addresses
    if case.check:
        case.check(passes)
    for _, outcome, reason in last.addresses.values():
        assert reason or outcome in {"ok", "unchanged", ""}
    for outcome, reason in last.polls:
        assert reason or outcome in {"ok", "unchanged"}


def test_each_group_has_its_cases_and_no_two_have_one_name() -> None:
    assert len({case.id for case in CASES}) == len(CASES)
    assert min(Counter(case.group for case in CASES).values()) >= 5
