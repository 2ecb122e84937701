"""Feedback by Socket Mode: a click is stored before it is acknowledged, within three seconds, whatever happens."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from structlog.testing import capture_logs

from alerts import clicks, socket_mode
from alerts.buttons import buttons
from alerts.message import alert_message
from alerts.socket_mode import Listener
from archive import entries, feedback, mutes, watchlist
from archive.engine import reading
from core.clock import now
from core.settings import RouteSettings, Settings
from core.workspace import Workspace
from pactwatch.asking import Archive
from tests.factories import article
from tests.fake_slack import problems, texts_of
from tests.fake_socket import FakeSocketSlack
from tests.stories import add_hit

ROUTE = RouteSettings(name="now", channel="slack:C0000000001", send="immediate")
Start = Callable[[], Listener]


@pytest.fixture
def slack() -> Iterator[FakeSocketSlack]:
    with FakeSocketSlack() as running:
        yield running


@pytest.fixture
def start(home_engine: Engine, tmp_path: Path, slack: FakeSocketSlack, monkeypatch) -> Iterator[Start]:
    """Begin to listen, as `serve` does."""
    settings = Settings(home=tmp_path, slack={"token": "xoxb-test", "app_token": "xapp-test", "api_url": slack.url,
                                              "timeout": 5})
    running: list[Listener] = []
    monkeypatch.setattr(socket_mode, "PING_S", 0.3)
    monkeypatch.setattr(socket_mode, "CLOSE_S", 0.1)

    def begin() -> Listener:
        listener = Listener(home_engine, settings, "xapp-test",
                            Archive(Workspace(tmp_path, settings, {}), home_engine).answer)
        listener.start()
        running.append(listener)
        slack.wait_for_listener()
        return listener

    yield begin
    for listener in running:
        listener.stop()


def story(engine: Engine) -> tuple[str, dict[str, Any]]:
    """A hit with its `hit:story`, and its block of buttons."""
    hit, of = add_hit(engine, [], now())
    with reading(engine) as connection:
        message = alert_message(entries.load(connection, [hit])[hit], ROUTE)
    return f"{hit}:{of}", buttons(message.items[0], 30)[0]


def journal(engine: Engine) -> list[dict[str, Any]]:
    with reading(engine) as connection:
        return feedback.journal(connection)


def test_a_click_is_stored_and_acknowledged_within_three_seconds_and_its_reader_told(home_engine, slack, start):
    place, _ = story(home_engine)
    start()
    waited = slack.wait_for(slack.click(f"not_relevant:{place}", action="pactwatch:not_relevant"))
    assert waited < 3
    (line,) = journal(home_engine)                        # stored before it was acknowledged
    assert (line["verdict"], line["author"], line["rule"]) == ("not_relevant", "mina", "ai-alliances")
    (answer,) = slack.wait_for_answers(1)
    assert answer["response_type"] == "ephemeral"
    assert answer["text"].startswith("Noted: not relevant.")


def test_every_button_that_is_offered_does_what_it_says(home_engine, slack, start):
    place, block = story(home_engine)
    start()
    offered = {option["text"]["text"]: option["value"] for option in block["elements"][2]["options"]}
    assert list(offered) == [
        "Wrong party: Aurora Chips", "Wrong party: Borealis Telecom", "Mute this story for 30 days",
        "Mute this outlet for 30 days", "Mute Aurora Chips for 30 days", "Mute Borealis Telecom for 30 days",
        "Watch Aurora Chips", "Watch Borealis Telecom"]
    for value in offered.values():
        slack.wait_for(slack.click(value))
    with reading(home_engine) as connection:
        muted = {(one.kind, one.name) for one in mutes.active(connection, now())}
        watched = watchlist.names(connection)
    assert muted == {("organisation", "Aurora Chips"), ("organisation", "Borealis Telecom"),
                     ("source", "example-wire"), ("story", place.partition(":")[2])}
    assert watched == {"aurora chips", "borealis telecom"}
    assert {line["details"]["party"] for line in journal(home_engine) if line["verdict"] == "wrong_party"} == {
        "Aurora Chips", "Borealis Telecom"}


def test_a_click_that_comes_in_again_counts_once_and_is_acknowledged_again(home_engine, slack, start):
    place, _ = story(home_engine)
    start()
    for _ in range(2):
        slack.wait_for(slack.click(f"relevant:{place}", at="17.000001", action="pactwatch:relevant"))
    assert len(journal(home_engine)) == 1


def test_a_locked_database_delays_no_acknowledgement_and_a_restart_loses_no_click(home_engine, tmp_path, slack, start):
    place, _ = story(home_engine)
    first = start()
    lock = sqlite3.connect(tmp_path / "data" / "pactwatch.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    assert slack.wait_for(slack.click(f"relevant:{place}", action="pactwatch:relevant")) < 3
    assert journal(home_engine) == []
    first.stop()                                          # what it holds stands in a file
    assert len(list((tmp_path / clicks.FOLDER).glob("*.json"))) == 1
    lock.execute("ROLLBACK")
    lock.close()
    start()
    until = time.monotonic() + 10
    folder = tmp_path / clicks.FOLDER                         # its file goes after it stands in the journal
    while (not journal(home_engine) or list(folder.glob("*"))) and time.monotonic() < until:
        time.sleep(0.02)
    assert [line["verdict"] for line in journal(home_engine)] == ["relevant"]
    assert list(folder.glob("*")) == []


@pytest.mark.parametrize("value", ["", "relevant", "relevant:1", "relevant:1:2:extra", "watch:1:2", "drop table:1:2",
                                   "relevant:99999999999999999999:1", "watch:1:1:" + "x" * 200])
def test_a_value_that_was_never_offered_means_nothing_and_is_acknowledged(home_engine, slack, start, value):
    start()
    slack.wait_for(slack.click(value))
    assert journal(home_engine) == []


def test_a_name_that_the_archive_does_not_know_mutes_and_watches_nothing(home_engine, slack, start):
    place, _ = story(home_engine)
    start()
    for value in (f"mute-organisation:{place}:<!channel> & friends", f"watch:{place}:Nobody Inc", "mute-story:77:78"):
        slack.wait_for(slack.click(value))
    with reading(home_engine) as connection:
        assert (mutes.active(connection, now()), watchlist.watched(connection)) == ([], [])
    assert len(journal(home_engine)) == 3
    assert all("nothing" in answer["text"] for answer in slack.wait_for_answers(3))


def test_a_connection_that_breaks_is_made_again(home_engine, slack, start, monkeypatch):
    place, _ = story(home_engine)
    monkeypatch.setattr(socket_mode, "PING_S", 1.0)
    start()
    began = time.process_time()
    slack.hang_up()
    slack.wait_for_listener()
    assert time.process_time() - began < 0.7           # nobody spins on the end of a connection
    slack.wait_for(slack.click(f"relevant:{place}", action="pactwatch:relevant"))
    assert len(journal(home_engine)) == 1


def test_a_refused_token_is_told_with_what_to_check_and_tried_again(home_engine, tmp_path, slack, monkeypatch):
    monkeypatch.setattr(socket_mode, "FIRST_WAIT_S", 0.2)
    monkeypatch.setattr(socket_mode, "CLOSE_S", 0.1)
    slack.token = "xapp-another"
    listener = Listener(home_engine, Settings(home=tmp_path, slack={"api_url": slack.url}), "xapp-test", lambda _: {})
    with capture_logs() as told:
        listener.start()
        try:
            until = time.monotonic() + 10
            while len(slack.opened) < 2 and time.monotonic() < until:
                time.sleep(0.02)
            assert not listener.connected
            slack.token = "xapp-test"
            slack.wait_for_listener()
        finally:
            listener.stop()
    assert told[0]["problem"] == "Slack refuses the app token; check slack.app_token_file (invalid_auth)"
    assert "xapp-test" not in str(told)


def ask(slack: FakeSocketSlack, text: str, number: int = 1) -> dict[str, Any]:
    slack.wait_for(slack.send("slash_commands", {"command": "/pactwatch", "text": text, "user_id": "U1",
                                                 "response_url": slack.response_url}))
    return slack.wait_for_answers(number)[-1]


def test_a_slash_command_is_answered_from_the_archive_with_links(home_engine, slack, start):
    with home_engine.begin() as connection:
        article(connection, "Samsung and SK Telecom <!channel> ally", "Samsung and SK Telecom said so.",
                url="https://news.example/one")
        article(connection, "Samsung builds", "Samsung builds a plant.")
    start()
    found = ask(slack, "samsung “sk telecom”")
    assert found["response_type"] == "ephemeral"
    assert problems(found) == []
    said = [text for _, text in texts_of(found["blocks"])]
    assert "Samsung and SK Telecom <!channel> ally" in said
    assert "Samsung builds" not in said
    assert '"https://news.example/one"' in str(found["blocks"]).replace("'", '"')
    assert '1 article · samsung "sk telecom"' in said


def test_an_answer_has_a_bounded_length_and_names_how_many_there_are(home_engine, slack, start):
    with home_engine.begin() as connection:
        for number in range(30):
            article(connection, f"Samsung {'very ' * 200}{number}", "Samsung " * 500)
    start()
    found = ask(slack, "samsung")
    assert problems(found) == []
    assert any(text.startswith("8 of 30 articles") for _, text in texts_of(found["blocks"]))


@pytest.mark.parametrize(("text", "told"), [
    ("", "Ask the archive"), ("help", "Ask the archive"), ("(samsung", "this bracket is not closed"),
    ("x" * 301, "at most 300 letters"), ("zeppelin &lt;!channel&gt;", "column 10"),
    ("zeppelin “&lt;!channel&gt;”", 'no article for: zeppelin "&lt;!channel&gt;"'),
])
def test_a_question_that_cannot_be_answered_is_told_why(slack, start, text, told):
    start()
    found = ask(slack, text)
    assert told in found["text"]
    assert problems(found) == []


def test_a_mention_is_answered_to_its_writer_only(home_engine, slack, start):
    with home_engine.begin() as connection:
        article(connection, "Samsung builds", "Samsung builds a plant.")
    start()
    slack.wait_for(slack.send("events_api", {"event": {
        "type": "app_mention", "text": "<@U0BOT> samsung", "user": "U7", "channel": "C0000000001", "ts": "1.1"}}))
    (found,) = slack.wait_for_answers(1)
    assert (found["user"], found["channel"]) == ("U7", "C0000000001")
    assert "Samsung builds" in found["text"]


def test_an_answer_goes_to_no_address_but_slacks(home_engine, slack, start):
    place, _ = story(home_engine)
    start()
    with FakeSocketSlack() as stranger:
        slack.wait_for(slack.send("slash_commands", {"text": "samsung", "response_url": stranger.response_url}))
        slack.wait_for(slack.click(f"relevant:{place}", action="pactwatch:relevant"))
        slack.wait_for_answers(1)
        assert stranger.answers == []
