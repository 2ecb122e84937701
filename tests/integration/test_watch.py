"""What monitors ask: /healthz, /readyz and /metrics, and who is told what."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from archive.engine import Engine, open_engine, writing
from core.settings import Settings
from tests import factories
from tests.programs import Program
from tests.site import EDITORS, READERS, SETTINGS, TOKENS, app_of, browser
from web import figures, watch
from web.monitor import begin, monitor_app
from web.watch import Watch


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look is a new one."""
    monkeypatch.setattr(figures, "KEPT_S", 0.0)


def monitor(engine: Engine, settings: dict | None = None, **more) -> TestClient:
    typed = Settings.model_validate(settings or {})
    return TestClient(monitor_app(typed, Watch(typed, engine, **more)), base_url="http://127.0.0.1:9464")


def values(client: TestClient, **more) -> dict[str, float]:
    """Every sample, as `name{label="value"}`."""
    answer = client.get("/metrics", **more)
    assert answer.status_code == 200, answer.text
    return {f"{sample.name}{sample.labels or ''}": sample.value
            for family in text_string_to_metric_families(answer.text) for sample in family.samples}


def test_an_archive_is_shown_in_figures(home_engine: Engine, tmp_path: Path) -> None:
    client = browser(app_of(tmp_path, home_engine))
    first = values(client)
    assert first["pactwatch_archive_up"] == 1
    assert first["pactwatch_articles_total{'change': 'new'}"] == 0
    with writing(home_engine) as connection:
        factories.hit(connection, factories.article(connection), "hbm")
    then = values(client)
    assert then["pactwatch_articles_total{'change': 'new'}"] == 1
    assert then["pactwatch_hits_total{'rule': 'hbm'}"] == 1
    assert any(name.startswith("pactwatch_build_info{'python'") for name in then)
    assert then["process_resident_memory_bytes"] > 0
    assert not any("wire" in name for name in then), "a source is no label: their number has no bound"


def test_open_metrics_is_spoken_to_those_who_ask_for_it(home_engine: Engine, tmp_path: Path) -> None:
    answer = browser(app_of(tmp_path, home_engine)).get("/metrics", headers={"Accept": "application/openmetrics-text"})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")


def test_where_there_are_tokens_figures_want_one_and_probes_none(home_engine: Engine, tmp_path: Path) -> None:
    client = browser(app_of(tmp_path, home_engine, SETTINGS + TOKENS))
    answer = client.get("/metrics")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="pactwatch"')
    for token in (READERS, EDITORS):
        assert values(client, headers={"Authorization": f"Bearer {token}"})
    assert client.get("/healthz").text == client.get("/readyz").text == "ok\n"


def test_a_monitor_may_name_us_as_its_network_does_and_a_browser_may_not(home_engine: Engine, tmp_path: Path) -> None:
    client = browser(app_of(tmp_path, home_engine, SETTINGS + TOKENS))
    named = {"Host": "pactwatch.internal:8420"}
    assert client.get("/healthz", headers=named).status_code == client.get("/readyz", headers=named).status_code == 200
    assert client.get("/metrics", headers=named).status_code == 421
    assert client.get("/metrics", headers=named | {"Authorization": "Bearer wrong"}).status_code == 421
    assert client.get("/metrics", headers=named | {"Authorization": f"Bearer {READERS}"}).status_code == 200
    assert client.get("/search", headers=named | {"Authorization": f"Bearer {READERS}"}).status_code == 421
    open_one = browser(app_of(tmp_path / "open", home_engine))
    assert open_one.get("/metrics", headers=named).status_code == 421


def test_alive_is_said_without_the_database_and_ready_is_not(tmp_path: Path) -> None:
    away = open_engine("postgresql://nobody:hush@127.0.0.1:1/none")
    client = monitor(away)
    assert client.get("/healthz").text == "ok\n"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "database: it cannot be read\n")
    assert values(client)["pactwatch_archive_up"] == 0


def test_a_database_that_hangs_makes_it_unready_in_time(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "PATIENCE_S", 0.1)
    monkeypatch.setattr(watch, "current", lambda _: time.sleep(1.0))
    began = time.monotonic()
    answer = monitor(sqlite_engine).get("/readyz")
    assert (answer.status_code, answer.text) == (503, "database: no answer in 0.1 s\n")
    assert time.monotonic() - began < 0.9


def test_each_check_that_fails_is_a_line(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "HEAD", "9999")
    client = monitor(sqlite_engine, checks={"scheduler": lambda: "no tick for 75 s", "other": lambda: None})
    answer = client.get("/readyz")
    assert answer.status_code == 503
    schema, scheduler = answer.text.splitlines()
    assert schema.startswith("schema: the database is at revision ")
    assert schema.endswith("this Pactwatch needs 9999; run `pactwatch db upgrade`, or install the version that made it")
    assert scheduler == "scheduler: no tick for 75 s"


def test_others_get_figures_only_where_there_is_a_token(sqlite_engine: Engine) -> None:
    reached = {"metrics": {"host": "0.0.0.0", "port": 9464}}
    client = monitor(sqlite_engine, reached)
    answer = client.get("/metrics")
    assert (answer.status_code, "set web.reader_token_file" in answer.text) == (403, True)
    assert client.get("/readyz").status_code == 200
    closed = monitor(sqlite_engine, reached | {"web": {"reader_token": READERS}})
    assert closed.get("/metrics").status_code == 401
    assert values(closed, headers={"Authorization": f"Bearer {READERS}", "Host": "worker-3:9464"})


def test_a_worker_leaves_the_figures_of_the_archive_to_others(sqlite_engine: Engine) -> None:
    names = values(monitor(sqlite_engine, with_archive=False))
    assert "pactwatch_pool_processes" in names
    assert "pactwatch_archive_up" not in names


def test_a_port_that_is_taken_or_none_costs_the_figures_and_not_the_service(sqlite_engine: Engine) -> None:
    async def begun(number: int) -> bool:
        settings = Settings.model_validate({"metrics": {"port": number}})
        return begin(settings, Watch(settings, sqlite_engine), asyncio.Event()) is not None

    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert asyncio.run(begun(taken.getsockname()[1])) is False
    assert asyncio.run(begun(0)) is False


@pytest.fixture
def port() -> int:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def test_serve_without_pages_opens_a_door_for_monitors(tmp_path: Path, port: int) -> None:
    (tmp_path / "pactwatch.toml").write_text(f"{SETTINGS}\n[metrics]\nport = {port}\n", encoding="utf-8")
    with Program("pactwatch", "serve", "--home", str(tmp_path)) as program:
        until, text = time.monotonic() + 60, ""
        while "scheduler_last_tick" not in text or "last_tick_timestamp_seconds 0.0" in text:
            assert time.monotonic() < until, program._outputs[1].read_text(encoding="utf-8")
            time.sleep(0.1)
            try:
                with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
                    text = answer.read().decode()
            except OSError:
                continue
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=20) as answer:
            assert answer.read() == b"ok\n"
        program.send_signal(signal.SIGTERM)
        _, err = program.communicate(timeout=30)
        assert program.returncode == 0, err
        assert 'pactwatch_archive_up 1.0' in text
