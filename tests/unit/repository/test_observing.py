"""The dashboard, the alert rules and the pages of figures and logs name what is there, and all of it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from core.metrics import PROCESS, process_registry
from core.settings import Settings
from pactwatch.logbook import MEANINGS, events
from tests.unit.repository.code import ROOT
from web.figures import ArchiveFigures, Exposition

DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "pactwatch.json").read_text(encoding="utf-8"))
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yaml"
FIGURES = {one.name: one for one in (*PROCESS.described, *ArchiveFigures().figures.described)}
OF_SCRAPES = {"job", "instance"}         # labels that Prometheus adds
OF_THE_SYSTEM = {"up", "process_cpu_seconds_total", "process_resident_memory_bytes"}
GROUPING = re.compile(r"\b(?:by|without) \(([^)]*)\)")


def rules() -> list[dict]:
    return [rule for group in yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"] for rule in group["rules"]]


def expressions() -> list[tuple[str, str]]:
    drawn = [(panel["title"], target["expr"]) for panel in DASHBOARD["panels"] for target in panel.get("targets", ())]
    return drawn + [(rule["alert"], rule["expr"]) for rule in rules()]


def figure_of(series: str) -> str:
    """The figure that a series belongs to."""
    base = re.sub(r"_(bucket|sum|count)$", "", series)
    return base if base in FIGURES and FIGURES[base].kind == "histogram" else series


def names_in(expression: str) -> set[str]:
    return set(re.findall(r"\b(?:pactwatch_[a-z_]+|process_[a-z_]+|up\b(?=\{))", expression))


@pytest.mark.parametrize(("place", "expression"), expressions(), ids=lambda value: str(value)[:60])
def test_every_expression_names_figures_and_labels_that_exist(place: str, expression: str) -> None:
    names = names_in(expression)
    assert names, "it asks for nothing of ours"
    assert {figure_of(name) for name in names} <= FIGURES.keys() | OF_THE_SYSTEM
    labels = {label for name in names if figure_of(name) in FIGURES for label in FIGURES[figure_of(name)].labels}
    labels |= OF_SCRAPES | ({"le"} if any(name.endswith("_bucket") for name in names) else set())
    asked = {label.strip() for group in GROUPING.findall(expression) for label in group.split(",")}
    asked |= set(re.findall(r"[{,]\s*([a-z_]+)\s*(?:=~|!~|!=|=)", expression))
    assert asked <= labels, place


def test_the_dashboard_draws_every_figure_that_is_no_detail_of_another() -> None:
    shown = {figure_of(name) for _, expression in expressions() for name in names_in(expression)}
    details = {"pactwatch_job_seconds", "pactwatch_job_last_success_timestamp_seconds", "pactwatch_backfills_open",
               "pactwatch_last_pass_timestamp_seconds"}
    assert FIGURES.keys() - shown == details


def test_panels_have_numbers_of_their_own_and_do_not_lie_on_each_other() -> None:
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert at["x"] + at["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells


def test_every_alert_says_how_grave_it_is_and_what_to_do() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(set(names)) == len(names)
    for rule in rules():
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert set(rule["annotations"]) == {"summary", "description"}


def test_every_alert_stands_in_the_page() -> None:
    page = (ROOT / "docs" / "how-to" / "observe.md").read_text(encoding="utf-8")
    assert [rule["alert"] for rule in rules() if f"`{rule['alert']}`" not in page] == []


def test_every_event_of_the_logs_has_a_meaning_and_no_meaning_is_left_over() -> None:
    assert events().keys() == MEANINGS.keys(), "see pactwatch/logbook.py, then run `make docs`"


def test_events_are_fixed_words() -> None:
    assert [name for name in events() if re.search(r"[{}%\d]", name)] == []


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed; on Debian: package prometheus")
@pytest.mark.parametrize(("what", "given"), [
    (["check", "rules", str(ALERTS)], None), (["check", "metrics"], "figures")])
def test_promtool_finds_nothing_wrong(what: list[str], given: str | None) -> None:
    text = Exposition(Settings(), None).answer("")[0] if given else b""
    done = subprocess.run(["promtool", *what], input=text, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed; on Debian: package prometheus")
def test_alerts_say_what_they_are_for_and_nothing_else(tmp_path: Path) -> None:
    cases = shutil.copy(Path(__file__).parent / "alert_cases.yaml", tmp_path)
    shutil.copy(ALERTS, tmp_path)
    done = subprocess.run(["promtool", "test", "rules", cases], capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_figures_begin_with_the_name_of_the_product_and_end_in_their_unit() -> None:
    assert process_registry() is PROCESS.registry
    for name, one in FIGURES.items():
        assert name.startswith("pactwatch_")
        assert name.endswith("_total") == (one.kind == "counter"), name
        assert one.kind != "histogram" or name.endswith("_seconds")
