"""Feedback as a team gives it: `serve` listens, a click survives `kill -9`, and shows in `feedback propose`."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

from archive.engine import writing
from core.clock import now
from tests.factories import article, event, hit
from tests.fake_socket import FakeSocketSlack
from tests.programs import Program


def test_a_click_is_acknowledged_by_serve_survives_its_sudden_end_and_shows_in_the_proposals(
    tmp_path: Path, home_engine
) -> None:
    with writing(home_engine) as connection:
        of = article(connection, "Two firms join forces", published_at=now())
        flagged = hit(connection, of, event_id=event(connection, of, "Naver", "Kakao"))
    home_engine.dispose()
    with FakeSocketSlack() as slack:
        secret = tmp_path / "app-token"
        secret.write_text("xapp-test\n")
        (tmp_path / "pactwatch.toml").write_text(
            f'[catalog]\nbuiltin = false\n[crawl]\ncontact = "desk@example.org"\nprocesses = 1\n[slack]\n'
            f'token = "xoxb-test"\napp_token_file = "{secret}"\napi_url = "{slack.url}"\n')

        def start(*arguments: str) -> Program:
            return Program("pactwatch", *arguments, "--home", str(tmp_path), env={**os.environ, "COLUMNS": "140"})

        first = start("serve")
        try:
            slack.wait_for_listener(60)
            assert slack.wait_for(slack.click(f"not_relevant:{flagged}:1", action="pactwatch:not_relevant")) < 3
        finally:
            first.send_signal(signal.SIGKILL)
            first.communicate(timeout=30)
        slack.hang_up()
        second = start("serve")
        try:
            slack.wait_for_listener(60)
            assert slack.wait_for(slack.click(f"watch:{flagged}:1:Naver")) < 3
            began = time.monotonic()
        finally:
            second.send_signal(signal.SIGTERM)
            _, said = second.communicate(timeout=30)
        assert (second.returncode, time.monotonic() - began < 15, "Traceback" in said) == (0, True, False)
        assert "xapp-test" not in said
        with start("feedback", "propose", "--json") as process:
            out, err = process.communicate(timeout=100)
            assert process.returncode == 0, err
        (made,) = json.loads(out)
        assert (made["rule"], made["verdicts"]["not_relevant"]) == ("ai-alliances", 1)
        assert [one["title"] for one in made["judged"]] == ["Two firms join forces"]
        assert set(slack.opened) == {"xapp-test"}
