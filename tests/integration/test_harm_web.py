"""One pass of the real program over outlets that do harm: each ends in its named outcome, in time, in little memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harm_cases import CASES, Case
from tests.harm_pass import Pass, run_cases, shared
from tests.harm_server import Host, article, http

MOST_MB = 768
# Slow answers are waited for until the limit, so they get a short one, and a pass of their own.
SLOW = [case for case in CASES if case.group == "slow"]
PAGES = [case for case in CASES if case.group == "page-size"]
QUICK = [case for case in CASES if case.group not in {"slow", "page-size"}]


def _canary() -> Host:
    return Host("127.0.0.1", {"*": http(article("The canary"))})


def _pass_over(cases: list[Case], limit: float, home: Path) -> Pass:
    canary = _canary()
    result = run_cases(home, cases, canary, limit=limit)
    result.titles += [f"canary {path}" for path in canary.paths()]
    return result


@pytest.fixture(scope="session")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Pass:
    return shared("harm-quick", tmp_path_factory, lambda home: _pass_over(QUICK, 15.0, home))


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pass:
    return shared("harm-pages", tmp_path_factory, lambda home: _pass_over(PAGES, 15.0, home))


@pytest.fixture(scope="session")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Pass:
    return shared("harm-slow", tmp_path_factory, lambda home: _pass_over(SLOW, 2.0, home))


@pytest.mark.parametrize("case", QUICK, ids=lambda case: case.id)
def test_harm_ends_in_a_named_outcome(case: Case, quick: Pass) -> None:
    outcome, reason = quick.found[case.id]
    assert outcome in case.ends.split(), reason
    assert reason or outcome in {"ok", "unchanged"}


@pytest.mark.parametrize("case", PAGES, ids=lambda case: case.id)
def test_pages_that_cost_more_than_they_are_worth_end_in_a_named_outcome(case: Case, pages: Pass) -> None:
    outcome, reason = pages.found[case.id]
    assert outcome in case.ends.split(), reason


@pytest.mark.parametrize("case", SLOW, ids=lambda case: case.id)
def test_what_takes_too_long_is_given_up(case: Case, slow: Pass) -> None:
    outcome, reason = slow.found[case.id]
    assert outcome in case.ends.split(), reason


def test_a_pass_over_many_of_them_stays_in_little_memory(quick: Pass, pages: Pass, slow: Pass) -> None:
    assert max(quick.peak_mb, pages.peak_mb, slow.peak_mb) < MOST_MB
    assert (quick.code, pages.code, slow.code) == (0, 0, 0)


def test_nothing_of_it_reaches_an_address_inside_or_a_file(quick: Pass) -> None:
    assert [title for title in quick.titles if "canary" in title.lower() or "root:" in title] == []


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 150
    assert len({case.id for case in CASES}) == len(CASES)
