"""Clicks and questions from Slack by Socket Mode: the connection goes out from here, so no public address is needed.

Slack waits three seconds for an acknowledgement. Within these a click is written to a file, and mostly to the database;
everything else comes after.
"""

from __future__ import annotations

import errno
import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.webhook import WebhookClient

from alerts import clicks
from alerts.answers import LONGEST_QUESTION, USAGE, ephemeral, question_in, said_of_click
from archive.engine import Engine
from core.errors import PactwatchError
from core.logs import get_logger
from core.settings import Settings

PATIENCE_S = 1.5                         # what a click waits for the database before it is acknowledged
LOOK_S = 15.0                            # how often clicks that could not be settled are tried again
FIRST_WAIT_S, LONGEST_WAIT_S = 5.0, 300.0  # after a connection that did not come about
PING_S = 5.0                             # a lost connection is noticed and made again within this
CLOSE_S = 1.0
MOST_WAITING = 100                       # answers; more are not given, whoever asks
_ANSWERING_HOSTS = ("hooks.slack.com", "hooks.slack-gov.com")

log = get_logger("feedback")

Ask = Callable[[str], dict[str, Any]]    # from a question to a message {text, blocks}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an answer goes: to the address that came with a click or command, or to a user in a channel."""

    url: str = ""
    channel: str = ""
    user: str = ""
    thread: str | None = None


class _Ending:
    """A socket whose end is an error. The SDK takes it for silence and reads on at full speed, for twenty seconds."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def recv(self, size: int) -> bytes:
        data: bytes = self._inner.recv(size)
        if not data:
            raise ConnectionResetError(errno.ECONNRESET, "Slack closed the connection")
        return data


class _Client(SocketModeClient):
    def _run_current_session(self) -> None:
        session: Any = self.current_session
        if session is not None and session.sock is not None and not isinstance(session.sock, _Ending):
            session.sock = _Ending(session.sock)
        super()._run_current_session()  # type: ignore[no-untyped-call]


class Listener:
    """Listens while the process lives; Slack gives each click to one of the processes that listen."""

    def __init__(self, engine: Engine, settings: Settings, token: str, ask: Ask) -> None:
        self._engine, self._settings, self._token, self._ask = engine, settings, token, ask
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._replies: queue.Queue[tuple[_Place, str, bool]] = queue.Queue(MOST_WAITING)
        self._client: SocketModeClient | None = None
        self._sdk_log = logging.getLogger("alerts.socket_mode.sdk")
        self._sdk_log.setLevel(logging.CRITICAL)       # it logs each try; ours are named here

    def start(self) -> None:
        """Begin. What an earlier process left is settled first."""
        for work in (self._connect, self._settle_on, self._reply_on):
            threading.Thread(target=work, daemon=True, name=work.__name__.strip("_")).start()

    def stop(self) -> None:
        """End within seconds."""
        self._stop.set()
        self._wake.set()
        if self._client is not None:
            closing = threading.Thread(target=_close, args=(self._client,), daemon=True)
            closing.start()
            closing.join(CLOSE_S)

    @property
    def connected(self) -> bool:
        """Whether Slack can reach us."""
        return self._client is not None and self._client.is_connected()

    def _web(self, token: str | None) -> WebClient:
        settings = self._settings.slack
        return WebClient(token, base_url=settings.api_url.rstrip("/") + "/", timeout=settings.timeout,  # type: ignore[arg-type]
                         retry_handlers=[], logger=self._sdk_log)

    def _connect(self) -> None:
        """Connect, however long it takes; from then on the SDK connects again by itself. Tell what changes."""
        client = _Client(self._token, logger=self._sdk_log, web_client=self._web(None), concurrency=4,
                         ping_interval=PING_S)
        client.socket_mode_request_listeners.append(self._take)  # type: ignore[arg-type]
        self._client = client
        wait, was = FIRST_WAIT_S, False
        while not self._stop.is_set():
            if not client.current_app_monitor_started:
                try:
                    client.connect_to_new_endpoint()
                except (SlackApiError, SlackClientError, OSError, ValueError) as failure:
                    log.warning("no connection for buttons", problem=_problem(failure), wait_s=round(wait))
                    self._stop.wait(wait)
                    wait = min(2 * wait, LONGEST_WAIT_S)
                    continue
            if client.is_connected() is not was:
                was = not was
                log.info("listening for buttons" if was else "connection for buttons lost, trying again")
            self._stop.wait(LOOK_S)

    def _take(self, client: SocketModeClient, request: SocketModeRequest) -> None:
        """Take what Slack sends: store, acknowledge, and only then do anything about it."""
        payload = request.payload if isinstance(request.payload, dict) else {}
        if request.type == "interactive" and payload.get("type") == "block_actions":
            try:
                waiting = clicks.keep(self._settings.home, payload)
            except OSError as failure:           # not acknowledged: Slack shows the reader that it failed
                log.warning("click not stored", problem=str(failure))
                return
            self._wake.set()
            self._await(waiting)
        client.send_socket_mode_response(SocketModeResponse(request.envelope_id))
        asked = _question(request.type, payload)
        if asked is not None:
            self._reply(*asked, asked=True)

    def _await(self, waiting: Path) -> None:
        """Wait until a click stands in the journal, as long as Slack's patience allows."""
        until = time.monotonic() + PATIENCE_S
        while waiting.exists() and time.monotonic() < until:
            time.sleep(0.01)

    def _settle_on(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            self._settle()
            self._wake.wait(LOOK_S)

    def _settle(self) -> None:
        try:
            for payload, said, noted in clicks.settle(self._engine, self._settings.home,
                                                      self._settings.alerts.mute_days):
                log.info("feedback", verdict=said.verdict, author=said.author, hit=said.hit_id)
                self._reply(_Place(str(payload.get("response_url") or "")), said_of_click(said, noted))
        except (PactwatchError, OSError) as failure:
            log.warning("clicks wait", problem=str(failure))

    def _reply(self, place: _Place, text: str, *, asked: bool = False) -> None:
        """Have an answer sent, or a question answered, by the thread that does so."""
        try:
            self._replies.put_nowait((place, text, asked))
        except queue.Full:
            log.warning("answer dropped, too many wait", waiting=MOST_WAITING)

    def _reply_on(self) -> None:
        while not self._stop.is_set():
            place, text, asked = self._replies.get()
            self._send(place, self._answered(text) if asked else ephemeral(text))

    def _answered(self, question: str) -> dict[str, Any]:
        if not question or question.casefold() == "help":
            return ephemeral(USAGE)
        if len(question) > LONGEST_QUESTION:
            return ephemeral(f"A question has at most {LONGEST_QUESTION} letters; this one has {len(question)}.")
        try:
            return self._ask(question)
        except PactwatchError as failure:
            return ephemeral(f"{failure}. {USAGE}")

    def _send(self, place: _Place, message: Mapping[str, Any]) -> None:
        """Answer. Nobody is told twice and nobody waits for it: what fails is logged."""
        try:
            if place.url:
                if not self._may_answer(place.url):
                    log.warning("answer not sent: its address is none of Slack's")
                    return
                hook = WebhookClient(place.url, timeout=int(self._settings.slack.timeout) or 1, retry_handlers=[],
                                     logger=self._sdk_log)
                hook.send_dict({**message, "response_type": "ephemeral", "replace_original": False})
            elif place.channel:
                self._web(self._settings.slack_token()).chat_postEphemeral(
                    channel=place.channel, user=place.user, thread_ts=place.thread, text=message["text"],
                    blocks=message["blocks"])
        except (SlackApiError, SlackClientError, OSError, ValueError, PactwatchError) as failure:
            log.warning("answer not sent", problem=_problem(failure))

    def _may_answer(self, url: str) -> bool:
        """Whether an address is Slack's own, or stands where the settings say that Slack is."""
        try:
            parts, own = urlsplit(url), urlsplit(self._settings.slack.api_url)
        except ValueError:
            return False
        return (parts.scheme == "https" and parts.hostname in _ANSWERING_HOSTS) or (
            (parts.scheme, parts.netloc) == (own.scheme, own.netloc))


def _close(client: SocketModeClient) -> None:
    # Where Slack closes the connection in the same moment, the SDK closes what is no longer there.
    with suppress(AttributeError, OSError):
        client.close()


def _question(kind: str, payload: Mapping[str, Any]) -> tuple[_Place, str] | None:
    """The question of a slash command or a mention, and where its answer goes."""
    if kind == "slash_commands":
        return _Place(str(payload.get("response_url") or "")), question_in(str(payload.get("text") or ""))
    event = payload.get("event")
    if kind == "events_api" and isinstance(event, dict) and event.get("type") == "app_mention" and (
            not event.get("bot_id")):
        place = _Place(channel=str(event.get("channel") or ""), user=str(event.get("user") or ""),
                       thread=event.get("thread_ts"))
        return place, question_in(str(event.get("text") or ""))
    return None


def _problem(failure: Exception) -> str:
    if isinstance(failure, SlackApiError):
        error = str(failure.response.get("error"))
        hint = {"invalid_auth": "Slack refuses the app token; check slack.app_token_file",
                "not_authed": "Slack refuses the app token; check slack.app_token_file",
                "missing_scope": "the app token lacks the scope connections:write",
                "not_allowed_token_type": "slack.app_token must be an app token (xapp-…)"}.get(error)
        return f"{hint} ({error})" if hint else error
    return f"{failure.__class__.__name__}: {failure}"
