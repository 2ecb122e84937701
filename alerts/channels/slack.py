"""Slack as a channel: each post is tried once here, and its outcome named; whoever sends decides about the next try.

Slack has no key that makes a second post harmless. Our key stands in the message's metadata instead, and is looked up
in the channel's history whenever the answer to a post did not come or did not make sense.
"""

from __future__ import annotations

import http.client
import logging
import socket
import ssl
import time
import urllib.error
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from alerts import chart
from alerts.blocks import FORM, context, parts, with_picture
from alerts.channels.base import Payload, Post, Posted
from alerts.message import Message, Picture
from archive.reconcile import Told
from core.errors import DisableRoute, NoHistoryError, RetryLater, SkipDocument, UnclearDelivery
from core.settings import Settings

EVENT = "pactwatch_delivery"
_PAGE, _FEWEST_PAGES, _MOST_PAGES = 200, 5, 100
_MARGIN = timedelta(days=1)              # our clock and Slack's need not agree
_SETTLE = 3.0                            # seconds until a message that was taken stands in the history
_LONGEST_SETTLE = 15.0
_UPLOADS = 4                             # tries with which a message waits for its picture
_WAITS_FOR_FILE = (0.5, 1.0, 2.0)        # times the settling time, until Slack shows a file that it took

# https://docs.slack.dev/reference/methods/chat.postMessage lists the errors. What is not listed here stops the route,
# which loses nothing.
_FOR_NOW = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded", "request_timeout", "accesslimited",
                      "team_added_to_org"})
_UNCLEAR = frozenset({"internal_error", "fatal_error", "service_unavailable"})   # "some aspect may have succeeded"
_BLOCKS_REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})
_MESSAGE_REFUSED = frozenset(
    {
        "msg_too_long",
        "no_text",
        "invalid_arguments",
        "invalid_metadata_format",
        "metadata_too_large",
        "invalid_metadata_schema",
        "duplicate_channel_not_found",
    }
)
_THREAD_GONE = frozenset({"thread_not_found", "cannot_reply_to_message", "message_not_found"})
# Nobody has to mend anything when a message can no longer be changed: somebody deleted it, or it is too old.
_CHANGE_REFUSED = frozenset(
    {"message_not_found", "cant_update_message", "edit_window_closed", "update_failed", "channel_not_found",
     "is_inactive", "external_channel_migrating", "as_user_not_supported"}
)
_TOKEN_REFUSED = frozenset({"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"})
_HINTS = {
    "channel_not_found": "Slack knows no such channel; correct the route, or invite the app if the channel is private",
    "not_in_channel": "the app is not in the channel; write /invite @its-name there",
    "is_archived": "the channel is archived; name another one in the route",
    "invalid_auth": "Slack refuses the token; check slack.token_file or PACTWATCH_SLACK__TOKEN",
    "not_authed": "Slack got no token; set slack.token_file or PACTWATCH_SLACK__TOKEN",
    "token_revoked": "the token was revoked; install the app again and set the new token",
    "token_expired": "the token has expired; install the app again and set the new token",
    "account_inactive": "the app was removed from the workspace; install it again and set the new token",
    "missing_scope": "the token lacks a scope; give the app chat:write and install it again",
}


def open_channel(name: str, settings: Settings) -> SlackChannel:
    """The channel of a route, with the workspace's token."""
    mute_days = settings.alerts.mute_days if settings.slack.interactive else None
    return SlackChannel(name.removeprefix("slack:"), settings.slack_token(), settings.slack.api_url,
                        settings.slack.timeout, mute_days=mute_days)


class SlackChannel:
    """A channel of Slack, by id or #name, reached with a bot token."""

    form = FORM
    pace = 1.0
    repeats = 0                          # the history tells; where it may not be read, nobody guesses

    def __init__(self, channel: str, token: str | None, api_url: str, timeout: float, settle: float = _SETTLE,
                 mute_days: int | None = None) -> None:
        if not token:
            raise DisableRoute("there is no Slack token; set slack.token_file or PACTWATCH_SLACK__TOKEN")
        self.timeout, self._settle, self._mute_days = timeout, settle, mute_days
        self._channel = channel
        self._id = "" if channel.startswith("#") else channel
        # The SDK logs each failure as an error of its own; ours are named where they are handled.
        quiet = logging.getLogger("alerts.channels.slack.sdk")
        quiet.setLevel(logging.CRITICAL)
        # Its own retries post twice when an answer is lost, so it has none.
        self._client = WebClient(token, base_url=api_url.rstrip("/") + "/", timeout=timeout, retry_handlers=[],  # type: ignore[arg-type]
                                 logger=quiet)

    def render(self, message: Message) -> list[Payload]:
        """The message as blocks; what does not fit follows as replies. A picture is drawn when it is posted."""
        first, *replies = parts(message, self._mute_days)
        if message.picture is not None:
            first["picture"] = asdict(message.picture)
        return [first, *replies]

    def post(self, post: Post) -> Posted:
        """Post once. The blocks are left out when Slack refuses only them, the thread when it is no longer there."""
        if "picture" in post.payload:
            return self._post_picture(post)
        return self._post(post)

    def _post_picture(self, post: Post) -> Posted:
        """Upload the picture for nobody to see, then post the message that shows it: its key makes it come once.

        Slack goes on working at a file after it has taken it, and refuses blocks that show it until it is done.
        """
        kept = {**post.payload, "picture": None}
        shown = self._upload(post)
        for wait in (*_WAITS_FOR_FILE, None) if shown["type"] == "image" else ():
            try:
                return self._post(replace(post, payload=with_picture(kept, shown)), drop_blocks=False)
            except SkipDocument as refused:
                if refused.outcome not in _BLOCKS_REFUSED:
                    raise
            if wait is not None:
                time.sleep(wait * self._settle)
            else:
                shown = context(["The picture is missing: Slack took it and does not show it."])
        return self._post(replace(post, payload=with_picture(kept, shown)))

    def _upload(self, post: Post) -> dict[str, Any]:
        """The block that shows the picture, or one that says why there is none."""
        picture = Picture(**post.payload["picture"])
        if why := chart.missing():
            return context([why])
        options = {"file": chart.draw(picture.facts), "filename": picture.name, "title": picture.name}
        try:
            answer = self._look(self._client.files_upload_v2, options, "takes no picture")
        except NoHistoryError as refused:
            hint = "; give the app files:write and install it again" if "missing_scope" in str(refused) else ""
            return context([f"The picture is missing: {refused}{hint}"])
        except RetryLater as failure:
            if post.attempt < _UPLOADS:
                raise
            return context([f"The picture is missing: {failure}"[:300]])
        shown = {"type": "image", "slack_file": {"id": answer["file"]["id"]}, "alt_text": picture.alt[:2000]}
        if caption := chart.caption(picture.facts):
            shown["title"] = {"type": "plain_text", "text": caption[:2000], "emoji": False}
        return shown

    def _post(self, post: Post, *, drop_blocks: bool = True) -> Posted:
        payload: dict[str, Any] = {
            "channel": self._channel, "unfurl_links": False, "unfurl_media": False, **_contents(post)}
        if post.thread:
            payload |= {"thread_ts": post.thread, "reply_broadcast": post.on_top}
        try:
            answer = self._call(self._client.chat_postMessage, payload)
        except SkipDocument as refused:
            if refused.outcome in _BLOCKS_REFUSED and drop_blocks:
                payload["blocks"] = None
            elif refused.outcome in _THREAD_GONE and post.thread:
                del payload["thread_ts"], payload["reply_broadcast"]
            else:
                raise
            answer = self._call(self._client.chat_postMessage, payload)
        if not (answered := str(answer.get("channel") or "#")).startswith("#"):
            self._id = answered
        return Posted(str(answer["ts"]))

    def change(self, message_id: str, post: Post) -> None:
        """Put new contents in the place of a message's. Slack takes the channel's id only for this."""
        try:
            payload = {"channel": self._channel_id(), "ts": message_id, **_contents(post)}
        except NoHistoryError as failure:
            raise SkipDocument(str(failure)) from failure
        self._call(self._client.chat_update, payload, changing=True)

    def _call(self, method: Callable[..., Any], payload: dict[str, Any], *, changing: bool = False) -> Any:
        try:
            return method(**payload)
        except SlackApiError as failure:
            self._refused(failure, changing)
        except urllib.error.URLError as failure:
            self._unreachable(failure)
        except TimeoutError as failure:
            raise UnclearDelivery("Slack did not answer in time", after=self._patience()) from failure
        except (OSError, http.client.HTTPException, SlackClientError, ValueError) as failure:
            raise UnclearDelivery(f"the connection to Slack broke: {failure!r}", after=self._settle) from failure

    def _patience(self) -> float:
        """Seconds after a time-out until the history can tell: Slack may still be at work on the request."""
        return max(self._settle, min(self.timeout / 2, _LONGEST_SETTLE))

    def _unreachable(self, failure: urllib.error.URLError) -> NoReturn:
        reason = failure.reason
        if isinstance(reason, ConnectionRefusedError | socket.gaierror | ssl.SSLCertVerificationError):
            raise RetryLater(f"Slack cannot be reached: {reason}") from failure
        after = self._patience() if isinstance(reason, TimeoutError) else self._settle
        raise UnclearDelivery(f"the connection to Slack broke: {reason}", after=after) from failure

    def _refused(self, failure: SlackApiError, changing: bool) -> NoReturn:
        status, error, wait = _reading(failure)
        if changing and error in _CHANGE_REFUSED:
            raise SkipDocument(f"Slack does not change this message: {error}", outcome=error) from failure
        if status == 429 or error in _FOR_NOW:
            raise RetryLater(f"Slack asks to wait ({error})", after=wait) from failure
        if status >= 500 or error in _UNCLEAR or not error:
            raise UnclearDelivery(f"Slack answered {status} {error}".rstrip(), after=self._settle) from failure
        if error in _BLOCKS_REFUSED | _MESSAGE_REFUSED | _THREAD_GONE:
            raise SkipDocument(
                f"Slack refuses this message: {error} {_details(failure)}".rstrip(), outcome=error
            ) from failure
        if status != 200:
            raise RetryLater(f"Slack answered {status} {error}") from failure
        raise DisableRoute(f"slack:{self._channel}: {_HINTS.get(error, error)} ({error})") from failure

    def find(self, key: str, thread: str | None, since: datetime) -> Posted | None:
        """Look for our key in the channel's history, or in the thread, from the newest message backwards.

        Slack's clock need not agree with ours: the newest thousand messages are read in any case.
        """
        channel = self._channel_id()
        cursor = ""
        for page in range(_MOST_PAGES):
            answer = self._read(channel, thread, cursor)
            messages = answer.get("messages") or []
            for message in messages:
                metadata = message.get("metadata") or {}
                if metadata.get("event_type") == EVENT and (metadata.get("event_payload") or {}).get("key") == key:
                    return Posted(str(message["ts"]))
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            oldest = min((float(m["ts"]) for m in messages), default=0.0)
            if not cursor or (thread is None and page + 1 >= _FEWEST_PAGES and oldest < (since - _MARGIN).timestamp()):
                return None
        raise NoHistoryError(f"slack:{self._channel}: too many messages since {since:%Y-%m-%d}")

    def told(self, since: datetime, threads: Iterable[str]) -> list[Told]:
        """Our messages since then: in the channel, in their own threads, and in the threads of older messages.

        Raises as `find` does.
        """
        channel = self._channel_id()
        found = {one.message_id: one for one in self._ours(channel, None, since)}
        for thread in sorted({*found, *threads}):
            found |= {one.message_id: one for one in self._ours(channel, thread, since)}
        return list(found.values())

    def _ours(self, channel: str, thread: str | None, since: datetime) -> Iterator[Told]:
        cursor = ""
        for _ in range(_MOST_PAGES):
            answer = self._read(channel, thread, cursor)
            messages = answer.get("messages") or []
            for message in messages:
                metadata, at = message.get("metadata") or {}, datetime.fromtimestamp(float(message["ts"]), UTC)
                if metadata.get("event_type") == EVENT and at >= since:
                    kept = {"form": FORM, "text": message.get("text") or "", "blocks": message.get("blocks") or []}
                    yield Told(str(message["ts"]), str((metadata.get("event_payload") or {}).get("key")), at,
                               frozenset(_links(kept["blocks"])), kept)
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            oldest = min((float(m["ts"]) for m in messages), default=0.0)
            if not cursor or (thread is None and oldest < since.timestamp()):
                return
        raise NoHistoryError(f"slack:{self._channel}: too many messages since {since:%Y-%m-%d}")

    def _read(self, channel: str, thread: str | None, cursor: str) -> Any:
        options: dict[str, Any] = {"channel": channel, "include_all_metadata": True, "limit": _PAGE}
        if cursor:
            options["cursor"] = cursor
        if thread is not None:
            return self._look(self._client.conversations_replies, {**options, "ts": thread})
        return self._look(self._client.conversations_history, options)

    def _channel_id(self) -> str:
        """The id that the history is read by. Posting takes a #name, reading does not."""
        if self._id:
            return self._id
        cursor = ""
        while True:
            options: dict[str, Any] = {
                "limit": _PAGE,
                "exclude_archived": True,
                "types": "public_channel,private_channel",
            }
            answer = self._look(self._client.conversations_list, {**options, "cursor": cursor} if cursor else options)
            for channel in answer.get("channels") or []:
                if channel.get("name") == self._channel[1:]:
                    self._id = str(channel["id"])
                    return self._id
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                raise NoHistoryError(f"slack:{self._channel}: no channel has this name; name it by its id")

    def _look(self, method: Callable[..., Any], options: dict[str, Any],
              what: str = "its history cannot be read") -> Any:
        """Ask for what changes nothing in the channel. What fails may be asked again, unless Slack forbids it."""
        try:
            return method(**options)
        except SlackApiError as failure:
            status, error, wait = _reading(failure)
            if error in _TOKEN_REFUSED:
                raise DisableRoute(f"slack:{self._channel}: {_HINTS[error]} ({error})") from failure
            if status == 200 and error and error not in _FOR_NOW | _UNCLEAR:
                raise NoHistoryError(f"slack:{self._channel}: {what} ({error})") from failure
            raise RetryLater(f"slack:{self._channel}: for now, {what} ({status} {error})", after=wait) from failure
        except (OSError, http.client.HTTPException, SlackClientError, ValueError) as failure:
            raise RetryLater(f"slack:{self._channel}: for now, {what} ({failure!r})") from failure


def _contents(post: Post) -> dict[str, Any]:
    return {"text": post.payload["text"], "blocks": post.payload["blocks"],
            "metadata": {"event_type": EVENT, "event_payload": {"key": post.key}}}


def _links(blocks: Any) -> Iterator[str]:
    """The addresses that blocks link to, wherever they stand."""
    if isinstance(blocks, dict):
        if isinstance(blocks.get("url"), str):
            yield blocks["url"]
        blocks = list(blocks.values())
    if isinstance(blocks, list):
        for block in blocks:
            yield from _links(block)


def _reading(failure: SlackApiError) -> tuple[int, str, float | None]:
    """Status, Slack's own error word (empty where the answer was not Slack's) and the seconds to wait."""
    response: Any = failure.response
    data = response.data if isinstance(response.data, dict) else {}
    error = str(data.get("error") or "")
    wait = next((v for k, v in response.headers.items() if k.lower() == "retry-after"), None)
    try:
        seconds = None if wait is None else max(0.0, float(wait))
    except ValueError:
        seconds = None
    # For a body that is no JSON the SDK puts a sentence of its own there.
    return response.status_code, error if " " not in error else "", seconds


def _details(failure: SlackApiError) -> str:
    response: Any = failure.response
    data = response.data if isinstance(response.data, dict) else {}
    return "; ".join((data.get("response_metadata") or {}).get("messages") or [])[:500]
