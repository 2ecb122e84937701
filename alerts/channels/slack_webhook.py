"""An incoming webhook of Slack: the lesser mode. It is at-least-once, and a message says so when it may be a repeat.

It has no threads, no later changes and no history that could tell whether a doubtful message arrived.
"""

from __future__ import annotations

import json

from alerts.blocks import FORM, context, parts
from alerts.channels import http
from alerts.channels.base import Forgetful, Payload, Post, Posted
from alerts.message import Message
from core.errors import DisableRoute, RetryLater, SkipDocument, UnclearDelivery
from core.settings import Settings

REPEAT = "This may be a repeat: no answer came when it was sent before"

_FOR_NOW = frozenset({"rollup_error", "rate_limited", "ratelimited"})
_BLOCKS_REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})
_MESSAGE_REFUSED = _BLOCKS_REFUSED | {"invalid_payload", "no_text", "too_many_attachments", "msg_too_long"}
_HINTS = {
    "no_service": "the webhook was removed or switched off; make a new one and set its address",
    "no_service_id": "the webhook's address is not complete",
    "no_team": "Slack knows no such workspace; check the webhook's address",
    "team_disabled": "the Slack workspace is switched off",
    "channel_not_found": "the webhook's channel was deleted; make a webhook for another one",
    "channel_is_archived": "the webhook's channel is archived; make a webhook for another one",
    "action_prohibited": "an administrator of Slack forbids it",
    "posting_to_general_channel_denied": "the webhook may not post into the general channel",
    "invalid_token": "the webhook was revoked; make a new one and set its address",
    "user_not_found": "the person who made the webhook is gone; make a new one",
}


def open_channel(name: str, settings: Settings) -> SlackWebhookChannel:
    """The webhook of a route."""
    return SlackWebhookChannel(settings.channel_address(name), settings.channel_timeout(name))


class SlackWebhookChannel(Forgetful):
    """An incoming webhook, by its address."""

    form = FORM
    pace = 1.0
    repeats = 3

    def __init__(self, url: str, timeout: float) -> None:
        self.timeout = timeout
        self._url = url

    def render(self, message: Message) -> list[Payload]:
        """The message as blocks; what does not fit follows as further messages."""
        return parts(message)

    def post(self, post: Post) -> Posted:
        """Post once. The blocks are left out when Slack refuses only them."""
        note = [context([REPEAT])] if post.repeat else []
        payload = {"text": post.payload["text"], "blocks": [*post.payload["blocks"], *note], "unfurl_links": False,
                   "unfurl_media": False}
        answer = self._send(payload)
        if answer.text.strip() in _BLOCKS_REFUSED:
            del payload["blocks"]
            answer = self._send(payload)
        error = answer.text.strip()[:100]
        if answer.is_good:
            return Posted(post.key)                 # it gives no id
        if answer.status == 429 or error in _FOR_NOW:
            raise RetryLater(f"Slack asks to wait ({answer.status} {error})", after=answer.wait)
        if answer.status >= 500:
            raise UnclearDelivery(f"Slack answered {answer.status} {error}")
        if error in _MESSAGE_REFUSED:
            raise SkipDocument(f"Slack refuses this message: {error}", outcome=error)
        raise DisableRoute(f"Slack's webhook: {_HINTS.get(error, error or 'refused')} ({answer.status} {error})")

    def _send(self, payload: Payload) -> http.Answer:
        return http.post(self._url, json.dumps(payload).encode(), {"Content-Type": "application/json"}, self.timeout)
