"""Against a mock of Slack that is not ours, where one lies beside the checkout: its verdict on our messages."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from alerts.tick import tick
from core.settings import Settings
from tests.courier_process import quick_courier
from tests.stories import add_hit

MOCK = Path(os.environ.get("PACTWATCH_SLACK_MOCK") or Path(__file__).parents[3] / "shared" / "tools" / "slack_mock.py")
WILD = [
    "<!channel> and <!here>",
    "<https://evil.example|bank.example> joins",
    "AT&amp;amp;T & <b>friends</b>",
    "x" * 12000,
    "\u202eesrever \u2066hidden",
    "*bold* _it_ `code` ~no~",
    "Log in at bank.example",
    "Z\u0301\u0301\u0301\u0301\u0301\u0301algo",
    "삼성전자와 SK텔레콤, AI 동맹",
    "\x00\x1b[31mred",
    "@channel @here",
    "> quote\n> quote",
]


def free_ports() -> int:
    """A port that is free together with the next one."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            try:
                second.bind(("127.0.0.1", first.getsockname()[1] + 1))
            except OSError:
                continue
            return int(first.getsockname()[1])


class Mock:
    """The mock's two addresses."""

    def __init__(self, port: int) -> None:
        self.url, self._control = f"http://127.0.0.1:{port}/api/", f"http://127.0.0.1:{port + 1}/"

    def ask(self, what: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(self._control + what, data=data, timeout=5) as answer:
            return json.load(answer)


@pytest.fixture
def mock() -> Iterator[Mock]:
    if not MOCK.is_file():
        pytest.skip("no mock of Slack beside the checkout")
    port = free_ports()
    child = subprocess.Popen([sys.executable, str(MOCK), "--port", str(port), "--rate", "0", "--max-seconds", "120"],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert child.stdout is not None
    child.stdout.readline()
    yield Mock(port)
    child.terminate()
    child.wait(10)
    child.stdout.close()


def deliver_all(engine: Engine, settings: Settings) -> int:
    courier = quick_courier(engine, settings)
    for _ in range(40):
        counts = tick(engine, settings, datetime.now(UTC), courier)
        if counts.pending == 0:
            break
        time.sleep(0.2)
    return counts.pending


@pytest.mark.timeout(120)
def test_wild_titles_and_lost_answers_leave_each_message_once_and_without_a_fault_to_find(
        sqlite_engine: Engine, mock: Mock) -> None:
    settings = Settings(home=Path(), slack={"token": "xoxb-test", "api_url": mock.url, "timeout": 1}, routes=[
        {"name": "now", "channel": "slack:#ai-alliances", "send": "immediate"},
        {"name": "daily", "channel": "slack:C0000000002", "at": ["00:00"]}])
    for number, title in enumerate(WILD):
        add_hit(
            sqlite_engine,
            settings.routes,
            datetime.now(UTC),
            title=f"ZQ0000N{number:02d} {title}",
            sentence=title[:3000],
            parties=("Aurora Chips", title[:80]),
            outlet=f"Post {number}",
        )
    faults = ["reset_after", "close_after", "http_after", "html502", "bad_json", "reset_before", "ratelimited"]
    mock.ask("plan", [{"method": "chat.postMessage", "from": 2 * n + 1, "to": 2 * n + 1, "fault": fault}
                      for n, fault in enumerate(faults)] + [{"method": "chat.postMessage", "from": 20, "to": 20,
                                                             "fault": "timeout_after", "seconds": 5}])
    assert deliver_all(sqlite_engine, settings) == 0
    messages = mock.ask("messages")
    keys = [m["metadata"]["event_payload"]["key"] for m in messages]
    assert len(keys) == len(set(keys)) >= len(WILD) + 1
    alerts = [m for m in messages if m["channel"] == "C0000000001"]
    assert [f"ZQ0000N{n:02d}" in m["text"] for n, m in enumerate(alerts)] == [True] * len(WILD)
    assert [m["lint"] for m in messages] == [[]] * len(messages)
    assert not any(m["broadcast"] for m in messages)
    assert mock.ask("duplicates")["duplicates"] == {}
