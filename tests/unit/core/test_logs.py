"""Logs: what a line is about follows the work into threads, and no secret stands in any."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from core import logs, secrets
from core.settings import LogSettings, Settings
from core.threads import in_thread


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """Logging is set up for a process; other tests find it as it was."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level = before
    secrets._known.clear()


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]):
    """What was logged as JSON since it was last asked."""
    logs.configure(LogSettings(format="json"))
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_has_time_level_component_and_event(lines) -> None:
    logs.get_logger("crawl").info("pass", new=3)
    [line] = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {"component": "crawl", "event": "pass", "level": "info", "new": 3}


def test_what_a_line_is_about_follows_the_work_into_threads_and_ends_with_it(lines) -> None:
    log = logs.get_logger("crawl")

    async def work() -> None:
        with logs.bound(run=7, source="wire"):
            await in_thread(log.info, "inside")
        log.info("after")

    asyncio.run(work())
    inside, after = lines()
    assert (inside["run"], inside["source"]) == (7, "wire")
    assert "run" not in after


@pytest.mark.parametrize("form", ["json", "human"])
def test_no_secret_stands_in_a_line_whatever_it_is_part_of(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(LogSettings(format=form))
    settings = Settings.model_validate({"web": {"token": "correct-horse-battery"}, "slack": {"token": "xoxb-1-secret"}})
    assert settings.web_token()
    assert settings.slack_token()
    log = logs.get_logger("test")
    log.info("fields", api_token="hush", nested={"why": "correct-horse-battery was refused"})
    log.info("forms", a="xoxb-12345-abcdef", b="postgresql://desk:hush@db/x", c="Bearer hush-hush-hush",
             d="https://hooks.slack.com/services/T0/B0/hush", e="https://feeds.example/rss?key=hush&x=1",
             f="whsec_hushhush")
    log.error("traceback", exc_info=RuntimeError("the server said: correct-horse-battery, xoxb-1-secret"))
    logging.getLogger("library").error("refused %s", "correct-horse-battery")
    text = capsys.readouterr().err
    assert "hush" not in text
    assert "correct-horse-battery" not in text
    assert "1-secret" not in text
    assert text.count("********") >= 10
    assert "desk" not in text
    assert "x=1" in text, "what is no secret stays"


@given(st.text())
def test_a_text_without_secrets_is_left_as_it_is_or_becomes_no_longer_secret(text: str) -> None:
    assert secrets.scrub(secrets.scrub(text)) == secrets.scrub(text)


def test_the_settings_of_logs_are_handed_to_processes_that_are_started() -> None:
    logs.configure(LogSettings(format="json", level="error"))
    assert logs.in_force() == LogSettings(format="json", level="error")
