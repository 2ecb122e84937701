"""The simulation behind the page about sizes: its figures have a source, and its results follow from them."""

from __future__ import annotations

import numpy as np
import pytest
import yaml

from tests.bench.simulate_scale import FIGURES, figures, needs, rates, simulate

SPAN = 600.0


def test_every_figure_says_where_it_was_measured_or_that_it_is_an_assumption() -> None:
    entries = yaml.safe_load(FIGURES.read_text(encoding="utf-8"))
    assert [name for name, entry in entries.items() if set(entry) != {"value", "by"} or len(entry["by"]) < 20] == []


def test_a_name_that_is_no_figure_is_refused_with_those_that_are() -> None:
    with pytest.raises(SystemExit, match=r"no figure is named speed; there are: article_cpu_ms"):
        figures({"speed": 1.0})


def test_sources_differ_and_have_the_mean_that_was_asked_for() -> None:
    drawn = rates(5_000, 5.5, np.random.default_rng(1))
    assert drawn.mean() == pytest.approx(5.5)
    assert np.percentile(drawn, 95) > 10 * np.median(drawn) / 3


def test_more_workers_are_less_late_and_do_the_same_work() -> None:
    few, many = (simulate(20_000, workers, figures({}), span=SPAN) for workers in (1, 4))
    assert few.late_p99_s > 10 * many.late_p99_s
    assert not few.kept_up
    assert many.kept_up
    assert few.cores_used == pytest.approx(many.cores_used, rel=0.1)


def test_one_host_is_asked_by_one_worker_at_a_time() -> None:
    figure = figures({"sources_per_host": 2_000, "poll_seconds": 1.0, "delay_seconds": 1.0})
    assert (
        simulate(2_000, 20, figure, span=SPAN).late_p99_s > simulate(2_000, 20, figures({}), span=SPAN).late_p99_s + 60
    )


def test_what_an_archive_takes_grows_with_its_articles() -> None:
    load = simulate(1_000, 1, figures({}), span=SPAN)
    one, ten = (needs(1_000, articles, load, figures({})) for articles in (1e6, 1e7))
    assert ten.database_tb == pytest.approx(10 * one.database_tb, rel=0.5)
    assert one.articles_per_day == 5_500
