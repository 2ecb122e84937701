"""A webhook: signed JSON for a program of yours, by the rules of Standard Webhooks.

It is at-least-once. A repeat bears the same `webhook-id`, so the receiver can tell it from a new message.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import asdict
from typing import Any

from alerts.channels import http
from alerts.channels.base import Forgetful, Payload, Post, Posted
from alerts.message import Item, Message
from alerts.plain import plain
from core import clock
from core.clock import iso
from core.errors import DisableRoute, RetryLater, SkipDocument, UnclearDelivery
from core.settings import Settings


def open_channel(name: str, settings: Settings) -> WebhookChannel:
    """The webhook of a route, with its key where it has one."""
    return WebhookChannel(settings.channel_address(name), settings.channel_secret(name), settings.channel_timeout(name))


class WebhookChannel(Forgetful):
    """An address that takes JSON."""

    form = "json"
    pace = 0.1
    repeats = 3

    def __init__(self, url: str, secret: str | None, timeout: float) -> None:
        self.timeout = timeout
        self._url, self._secret = url, secret

    def render(self, message: Message) -> list[Payload]:
        """The message as data: what machines need, and the text that people read elsewhere."""
        return [{
            "type": f"pactwatch.{message.kind}",
            "route": message.route,
            "title": message.title or message.subject,
            "subtitle": message.subtitle,
            "sections": [{"heading": section.heading, "stories": [_story(item) for item in section.items]}
                         for section in message.sections],
            "outlets": [asdict(link) for link in message.links],
            "health": list(message.health),
            "receipt": list(message.receipt),
            **({"week": message.picture.facts} if message.picture else {}),
            "text": plain(message),
        }]

    def post(self, post: Post) -> Posted:
        """Post once."""
        moment = clock.now()
        kept = {key: value for key, value in post.payload.items() if key not in {"form", "message", "doubts"}}
        body = json.dumps({"id": post.key, "timestamp": iso(moment), "repeat": post.repeat, **kept},
                          ensure_ascii=True).encode()
        answer = http.post(self._url, body, {"Content-Type": "application/json",
                                             **signed(post.key, int(moment.timestamp()), body, self._secret)},
                           self.timeout)
        if answer.is_good:
            return Posted(post.key)
        if answer.status in {408, 429} or (answer.status == 503 and answer.wait is not None):
            raise RetryLater(f"the webhook asks to wait ({answer.status})", after=answer.wait)
        if answer.status >= 500:
            raise UnclearDelivery(f"the webhook answered {answer.status}")
        if answer.status in {400, 413, 415, 422}:
            raise SkipDocument(f"the webhook refuses this message: {answer.status} {answer.text[:200]}")
        hint = "it sends on to another address; set that one" if answer.status < 400 else "check its address and key"
        raise DisableRoute(f"the webhook answered {answer.status}; {hint}")


def signed(key: str, timestamp: int, body: bytes, secret: str | None) -> dict[str, str]:
    """The headers that say which message it is, when it was sent, and with a secret that it comes from us.

    The id holds no dot, because dots part what is signed.
    """
    id_ = hashlib.sha256(key.encode()).hexdigest()[:32]
    headers = {"webhook-id": id_, "webhook-timestamp": str(timestamp)}
    if secret:
        mac = hmac.new(key_of(secret), f"{id_}.{timestamp}.".encode() + body, hashlib.sha256).digest()
        headers["webhook-signature"] = "v1," + base64.b64encode(mac).decode()
    return headers


def key_of(secret: str) -> bytes:
    """The bytes of a secret: what follows `whsec_` is base64, any other text stands for itself."""
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as failure:
        raise DisableRoute("the secret begins with whsec_, but what follows is not base64") from failure


def _story(item: Item) -> dict[str, Any]:
    return {**item.facts, "headline": item.headline, "labels": list(item.labels), "notes": list(item.notes),
            "bold": [run.text.strip() for run in item.quote if run.bold]}
